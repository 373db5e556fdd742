import Bytes
import HTTP

/// What came of a field block.
enum BlockOutcome: Equatable {
  case whole(ReadRequest)
  case malformed(HeadFault)
  case refused(HeadError)
  case unfinished
  case failed(HPACKError)

  var head: ReadRequest? { if case .whole(let head) = self { head } else { nil } }
}

/// A connection's decoder, with what its caller keeps for it.
struct Reader: ~Copyable {
  private var decoder: RequestHeadDecoder
  private var octets = Buffer()
  private var head = RequestHead()
  private let buffers = BufferPool()

  init(scheme: Scheme = .https, limits: HeadLimits = HeadLimits()) {
    decoder = RequestHeadDecoder(scheme: scheme, limits: limits)
  }

  /// Hands over what lies between each of `ends` and the one before.
  mutating func read(_ block: [UInt8], ends: [Int]? = nil, endsStream: Bool = true) -> BlockOutcome {
    var (start, outcome) = (0, BlockOutcome.unfinished)
    let ends = ends ?? [block.count]
    do throws(HPACKError) {
      for (index, end) in ends.enumerated() {
        let progress = try decoder.read(
          block.span.extracting(start..<end), isLast: index == ends.count - 1, endsStream: endsStream, into: &octets,
          from: buffers, &head)
        outcome = self.outcome(progress)
        start = end
      }
    } catch {
      return .failed(error)
    }
    return outcome
  }

  /// Without the end of the block.
  mutating func begin(_ fragment: [UInt8]) throws(HPACKError) -> FieldBlockProgress {
    try decoder.read(
      fragment.span, isLast: false, endsStream: true, into: &octets, from: buffers, &head)
  }

  /// The same of a block that nobody wants.
  mutating func begin(skipping fragment: [UInt8]) throws(HPACKError) -> Bool {
    try decoder.skip(fragment.span, isLast: false)
    return true
  }

  mutating func readTrailers(_ block: [UInt8], ends: [Int]? = nil) throws(HPACKError) -> FieldBlockProgress {
    var (start, progress) = (0, FieldBlockProgress.more)
    let ends = ends ?? [block.count]
    for (index, end) in ends.enumerated() {
      progress = try decoder.readTrailers(block.span.extracting(start..<end), isLast: index == ends.count - 1)
      start = end
    }
    return progress
  }

  mutating func skip(_ block: [UInt8]) throws(HPACKError) { try decoder.skip(block.span, isLast: true) }

  /// The lines that are forwarded of the last head, all of them.
  func lines() throws(FieldError) -> String {
    var block = FieldBlock()
    try block.append(head.fields, of: octets.readable) { _ in true }
    return block.withLines { text($0) }
  }

  /// The path of the last head's target, and its host.
  func target(scheme: Scheme = .https) throws(TargetError) -> (path: String, host: String) {
    var target = Target()
    try target.assign(head, octets.readable, scheme: scheme)
    return (text(target.pathAndQuery), text(target.host))
  }

  private func outcome(_ progress: FieldBlockProgress) -> BlockOutcome {
    switch progress {
    case .more: .unfinished
    case .whole: .whole(value(of: head, octets.readable))
    case .malformed(let fault): .malformed(fault)
    case .refused(let error): .refused(error)
    }
  }
}

/// Fields in order.
typealias FieldList = [(name: String, value: String)]

/// What a GET begins with.
let get: FieldList = [(":method", "GET"), (":scheme", "https"), (":authority", "a.example"), (":path", "/")]

extension [(name: String, value: String)] {
  /// With another value.
  func setting(_ name: String, _ value: String) -> FieldList { map { $0.name == name ? (name, value) : $0 } }
  func without(_ name: String) -> FieldList { filter { $0.name != name } }
}

/// Field blocks by hand, so that they can say what no encoder says.
enum Block {
  /// A literal with a new name and without Huffman's code (RFC 7541 §6.2), its lengths below 127.
  static func literal(_ name: [UInt8], _ value: [UInt8], pattern: UInt8 = 0) -> [UInt8] {
    [pattern] + length(name.count) + name + length(value.count) + value
  }

  static func literals(_ fields: FieldList) -> [UInt8] {
    fields.flatMap { literal(Array($0.name.utf8), Array($0.value.utf8)) }
  }

  /// RFC 7541 §5.1 with a prefix of 7 bits.
  static func length(_ number: Int) -> [UInt8] {
    guard number >= 127 else { return [UInt8(number)] }
    var (octets, rest): ([UInt8], Int) = ([127], number - 127)
    while rest >= 128 {
      octets.append(UInt8(rest % 128) | 0x80)
      rest /= 128
    }
    return octets + [UInt8(rest)]
  }

  /// Octets in hexadecimal, as RFC 7541 has its examples.
  static func hex(_ text: String) -> [UInt8] {
    let digits = text.filter { !$0.isWhitespace }.compactMap(\.hexDigitValue)
    return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
  }
}

extension Reader {
  mutating func read(_ fields: FieldList, endsStream: Bool = true) -> BlockOutcome {
    read(Block.literals(fields), endsStream: endsStream)
  }

  /// By the indices of the table, which has got all of them before and has room for them.
  mutating func readReferred(_ fields: FieldList, endsStream: Bool = true) -> BlockOutcome {
    let block = fields.flatMap { Block.literal(Array($0.name.utf8), Array($0.value.utf8), pattern: 0x40) }
    do throws(HPACKError) { try skip(block) } catch { return .failed(error) }
    return read(fields.indices.map { UInt8(0xBE + fields.count - 1 - $0) }, endsStream: endsStream)
  }
}
