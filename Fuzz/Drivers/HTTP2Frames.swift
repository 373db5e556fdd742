import Bytes
import HTTP
import Time

/// A server that does with each stream what its number says, and writes down what happens.
private struct Server: ~Copyable {
  private static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + [0, 0, 0, 4, 0, 0, 0, 0, 0]
  private static let answer: [UInt8] = [0x88]

  private let limits = HTTP2Limits()
  private var connection: HTTP2Connection
  private let pool = BufferPool()
  private var reader = RequestHeadReader()
  private var output: Buffer
  private var open: Set<Int> = []
  /// Octets of bodies that nobody took yet, by slot.
  private var untaken: [Int: Int] = [:]
  private(set) var said: [String] = []
  private var hasFailed = false

  init() {
    connection = HTTP2Connection(limits: limits, scheme: .https)
    output = pool.take(.large)
    connection.start(into: &output)
    output.clear()
  }

  /// What the octets come to, handed over in parts.
  mutating func run(_ octets: [UInt8], _ ends: [Int]) {
    let input = Self.preface + octets
    var start = 0
    for end in ends {
      let part = input.span.extracting(start..<Self.preface.count + end)
      var position = 0
      read(part, &position)
      start += position
    }
  }

  private mutating func read(_ input: Span<UInt8>, _ position: inout Int) {
    while true {
      if output.room < 16_384 { checkOutput() }
      let before = position
      let event = connection.next(
        input, from: &position, reader: &reader, output: &output, buffers: pool, at: Instant(sinceStart: .seconds(9)))
      check(position >= before && position <= input.count, "what is read lies in the input")
      if event == .more { return checkOutput() }
      check(!hasFailed, "nothing happens after the end")
      handle(event)
      check(connection.count <= limits.streams, "no more streams than may be")
    }
  }

  private mutating func handle(_ event: HTTP2Event) {
    switch event {
    case .more, .malformedHead: break
    case .full: checkOutput()
    case .request(let slot, let isEnded):
      check(open.insert(slot).inserted, "a place is one stream's")
      said.append("request \(connection.stream(of: slot)) \(isEnded) \(array(reader.octets.readable))")
      serve(slot)
    case .refused(let slot, let error):
      check(open.insert(slot).inserted, "a place is one stream's")
      said.append("refused \(connection.stream(of: slot)) \(error)")
      serve(slot)
    case .body(let slot, let range, let isEnded):
      let stream = connection.stream(of: slot)
      check(open.contains(slot) && !range.isEmpty, "octets belong to a stream that is open")
      // However its frames are cut it is one body.
      for _ in range { said.append("octet \(stream)") }
      untaken[slot, default: 0] += range.count
      check(untaken.values.reduce(0, +) <= limits.connectionWindow, "no more is held than the window that was given")
      if stream % 8 != 1 { take(slot) }
      if isEnded { said.append("ended \(stream)") }
    case .ended(let slot): said.append("ended \(connection.stream(of: slot))")
    case .over(let slot), .reset(let slot, _):
      said.append("over \(connection.stream(of: slot))")
      release(slot)
    case .opened:
      for slot in open.sorted() { send(slot, atMost: 1_000) }
    case .drainHeard: said.append("heard")
    case .failed(let failure):
      said.append("failed \(failure.code)")
      hasFailed = true
    }
  }

  private mutating func take(_ slot: Int) {
    connection.took(untaken.removeValue(forKey: slot) ?? 0, of: slot, into: &output)
  }

  /// By its number: whole at once, in part, reset, or nothing for now.
  private mutating func serve(_ slot: Int) {
    switch connection.stream(of: slot) % 16 {
    case 1, 3, 5:
      check(connection.head(Self.answer.span, of: slot, endsStream: true, into: &output), "there is room")
      if !connection.isReceiving(slot) { release(slot) }
    case 7:
      connection.reset(slot, .internalError, into: &output)
      release(slot)
    case 9, 11:
      check(connection.head(Self.answer.span, of: slot, endsStream: false, into: &output), "there is room")
      connection.setReady(slot, true)
      send(slot, atMost: 100)
    default: break
    }
  }

  private mutating func send(_ slot: Int, atMost limit: Int) {
    guard connection.isReady(slot), let next = connection.nextToSend(), open.contains(next) else { return }
    let count = min(limit, connection.room(for: next), output.room - 300)
    guard count > 0, connection.data(count, of: next, endsStream: false, into: &output) else { return }
    output.append([UInt8](repeating: 7, count: count).span)
  }

  private mutating func release(_ slot: Int) {
    untaken[slot] = nil
    connection.release(slot, into: &output)
    open.remove(slot)
  }

  /// What is written is whole frames that a client may be sent.
  private mutating func checkOutput() {
    let octets = array(output.readable)
    var position = 0
    while position < octets.count {
      check(octets.count - position >= 9, "a frame has a header")
      let length = Int(octets[position]) << 16 | Int(octets[position + 1]) << 8 | Int(octets[position + 2])
      check(length <= 16_777_215 && octets.count - position >= 9 + length, "a frame is whole")
      check([0, 1, 3, 4, 6, 7, 8, 9].contains(octets[position + 3]), "a server sends no other frames")
      position += 9 + length
    }
    output.clear()
  }
}

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  withOctets(data, count) { octets in
    var whole = Server()
    whole.run(octets, [octets.count])
    for ends in cuts(of: octets).dropFirst() {
      var parts = Server()
      parts.run(octets, ends)
      check(parts.said == whole.said, "the same wherever it is cut: \(parts.said) instead of \(whole.said)")
    }
  }
}
