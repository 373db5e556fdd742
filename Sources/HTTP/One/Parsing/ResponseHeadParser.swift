import Bytes

/// Reads an answer's head (RFC 9112 §2 to §6), as strictly as a request's. Sans I/O, without allocation; an octet
/// that was looked at is not looked at again when more come. One per connection; `reset` before the next head, also
/// after an interim one.
public struct ResponseHeadParser: ~Copyable {
  private enum State { case version, status, reason, lineFeed, fields, whole }

  /// Octets of a status line with its CRLF.
  private static let lineLimit = 1_024
  /// `HTTP/1.1 `
  private static let statusStart = Version.length + 1

  /// Complete once `read` has returned `true`; its offsets are into what was handed to `read`.
  public private(set) var head = ResponseHead()
  private let limits: HeadLimits
  private var section = FieldSectionParser()
  private var state = State.version
  private var position = 0

  public init(limits: HeadLimits = HeadLimits()) { self.limits = limits }

  /// Whether nothing of a head has come yet.
  public var isIdle: Bool { position == 0 }

  /// Forgets the head; the next `read` begins a new one.
  public mutating func reset() {
    head.reset()
    state = .version
    position = 0
  }

  /// - Parameters:
  ///   - input: begins with the head's first octet each time and only grows; may go on behind the head.
  ///   - method: of the request: an answer to HEAD has no body.
  /// - Returns: whether the head is whole: `head.length` octets of `input`.
  /// - Throws: what can be said against the head so far. The connection is of no use then.
  public mutating func read(_ input: Span<UInt8>, answerTo method: Method) throws(HeadError) -> Bool {
    if state == .whole { return true }
    if state != .fields {
      let isCut = input.count >= Self.lineLimit
      let line = isCut ? input.extracting(0..<Self.lineLimit) : input
      if !readPlainLine(line) {
        guard try readLine(line) else {
          if isCut { throw .statusLineTooLong }
          return false
        }
      }
      section.begin(at: position)
      state = .fields
    }
    guard try section.read(input, limits: limits, into: &head.fields) else { return false }
    head.length = section.position
    try readMeaning(input, answerTo: method)
    state = .whole
    return true
  }

  /// A line that is there whole and written as nearly all are, in one go; all else is for `readLine`, from its start.
  private mutating func readPlainLine(_ octets: Span<UInt8>) -> Bool {
    let statusEnd = Self.statusStart + 3
    guard position == 0, octets.count > statusEnd, octets.extracting(0..<Self.statusStart).equals("HTTP/1.1 "),
      let status = FramingFields.decimal(octets.extracting(Self.statusStart..<statusEnd)), status >= 100, status <= 599,
      octets[statusEnd] == .space || octets[statusEnd] == .carriageReturn
    else { return false }
    let end = octets.firstControl(from: statusEnd)
    guard end + 1 < octets.count, octets[end] == .carriageReturn, octets[end + 1] == .lineFeed else { return false }
    head.status = UInt16(truncatingIfNeeded: status)
    position = end + 2
    return true
  }

  /// `HTTP-version SP status-code SP [ reason-phrase ] CRLF` (RFC 9112 §4); servers that leave out the second space
  /// with the phrase are understood.
  private mutating func readLine(_ octets: Span<UInt8>) throws(HeadError) -> Bool {
    while position < octets.count {
      let octet = octets[position]
      switch state {
      case .version:
        if position < Version.length {
          try head.version.read(octet, at: position, orThrow: .badStatusLine)
        } else {
          guard octet == .space else { throw .badStatusLine }
        }
        position += 1
        if position == Self.statusStart { state = .status }
      case .status:
        guard octet.isDigit else { throw .badStatusLine }
        head.status = head.status * 10 + UInt16(octet &- 0x30)
        position += 1
        guard position == Self.statusStart + 3 else { continue }
        guard head.status >= 100, head.status <= 599 else { throw .badStatusLine }
        state = .reason
      case .reason:
        let isFirst = position == Self.statusStart + 3
        guard !isFirst || octet == .space || octet == .carriageReturn else { throw .badStatusLine }
        position = octets.firstControl(from: position)
        guard position < octets.count else { return false }
        switch octets[position] {
        case .carriageReturn: state = .lineFeed
        case .tab: break
        case .lineFeed: throw .bareLineFeed
        default: throw .badStatusLine
        }
        position += 1
      case .lineFeed:
        guard octet == .lineFeed else { throw .bareCarriageReturn }
        position += 1
        return true
      case .fields, .whole: return true
      }
    }
    return false
  }

  /// What the fields mean for this hop, and what they may not say (RFC 9112 §6.3).
  private mutating func readMeaning(_ input: Span<UInt8>, answerTo method: Method) throws(HeadError) {
    var framing = FramingFields()
    var next = 0
    while let index = head.fields.next(among: [.contentLength, .transferEncoding, .connection], from: next) {
      next = index &+ 1
      let field = head.fields[index]
      switch field.known {
      case .contentLength: try framing.addLength(input[clamped: field.value])
      case .transferEncoding: try framing.addTransferEncoding(input[clamped: field.value])
      case .connection: try head.connection.add(input[clamped: field.value])
      default: break
      }
    }
    try framing.check(head.version)
    head.declaredLength = framing.length
    if method == .head || head.status < 200 || head.status == 204 || head.status == 304 {
      head.framing = .none
    } else if framing.isChunked {
      head.framing = .chunked
    } else if let length = framing.length {
      head.framing = .length(length)
    } else {
      head.framing = .untilClose
    }
  }
}

/// For callers who own parser and buffer: a span of one stored property may not be lent to a mutating call on another
/// through the same `self`, a borrowed buffer may.
extension ResponseHeadParser {
  /// `read` on what is to be read in a buffer.
  @inlinable public mutating func read(
    _ input: borrowing Buffer, answerTo method: Method
  ) throws(HeadError) -> Bool { try read(input.readable, answerTo: method) }
}
