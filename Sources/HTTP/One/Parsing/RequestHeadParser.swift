import Bytes

/// Reads a request's head (RFC 9112 §2 to §6). Sans I/O, without allocation; an octet that was looked at is not
/// looked at again when more come. One per connection; `reset` before the next head.
public struct RequestHeadParser: ~Copyable {
  private enum State { case beforeLine, emptyLineFeed, method, target, version, fields, whole }

  /// Empty lines that are skipped before a request line (RFC 9112 §2.2).
  private static let emptyLineLimit = 4

  /// Complete once `read` has returned `true`; its offsets are into what was handed to `read`.
  public private(set) var head = RequestHead()
  private let limits: HeadLimits
  private var section = FieldSectionParser()
  private var state = State.beforeLine
  private var position = 0
  private var emptyLines = 0
  private var lineStart = 0
  private var partStart = 0

  public init(limits: HeadLimits = HeadLimits()) { self.limits = limits }

  /// Whether nothing of a head has come yet, whole empty lines apart.
  public var isIdle: Bool { state == .beforeLine }

  /// Forgets the head; the next `read` begins a new one.
  public mutating func reset() {
    head.reset()
    state = .beforeLine
    (position, emptyLines) = (0, 0)
  }

  /// - Parameter input: begins with the head's first octet each time and only grows; may go on behind the head.
  /// - Returns: whether the head is whole: `head.length` octets of `input`.
  /// - Throws: what can be said against the head so far. The parser is of no use then until `reset`.
  public mutating func read(_ input: Span<UInt8>) throws(HeadError) -> Bool {
    if state == .whole { return true }
    if state != .fields {
      if !readPlainLine(input) { guard try readLine(input) else { return false } }
      section.begin(at: position)
      state = .fields
    }
    guard try section.read(input, limits: limits, into: &head.fields) else { return false }
    head.length = section.position
    try readMeaning(input)
    state = .whole
    return true
  }

  /// A line that is there whole and written as all should be, in one go; all else is for `readLine`, from its start.
  private mutating func readPlainLine(_ input: Span<UInt8>) -> Bool {
    guard state == .beforeLine else { return false }
    let methodEnd = input.firstNonToken(from: position)
    guard methodEnd > position, methodEnd < input.count, input[methodEnd] == .space else { return false }
    let targetStart = methodEnd &+ 1
    let targetEnd = input.firstInvisible(from: targetStart)
    let end = targetEnd &+ Self.versionOctets
    guard targetEnd > targetStart, end <= input.count, end &- position <= limits.requestLineOctets,
      input.extracting(targetEnd..<end).equals(" HTTP/1.1\r\n")
    else { return false }
    head.methodName = ByteRange(from: position, to: methodEnd)
    head.method = Method(input.extracting(position..<methodEnd))
    head.target = ByteRange(from: targetStart, to: targetEnd)
    position = end
    return true
  }

  /// ` HTTP/1.1 CRLF`
  private static let versionOctets = 11

  /// - Returns: whether the request line is whole; `position` is behind it then.
  private mutating func readLine(_ input: Span<UInt8>) throws(HeadError) -> Bool {
    while position < input.count {
      switch state {
      case .beforeLine:
        let octet = input[position]
        if octet == .carriageReturn && emptyLines < Self.emptyLineLimit {
          position += 1
          emptyLines += 1
          state = .emptyLineFeed
        } else {
          guard octet.isToken else { throw octet == .lineFeed ? .bareLineFeed : .badMethod }
          (lineStart, partStart) = (position, position)
          state = .method
        }
      case .emptyLineFeed:
        guard input[position] == .lineFeed else { throw .bareCarriageReturn }
        position += 1
        state = .beforeLine
      case .method, .target, .version:
        let limit = lineStart + limits.requestLineOctets
        let isCut = input.count >= limit
        if try readParts(isCut ? input.extracting(0..<limit) : input) { return true }
        if isCut { throw .requestLineTooLong }
        return false
      case .fields, .whole: return true
      }
    }
    return false
  }

  /// `method SP request-target SP HTTP-version CRLF`, with one space each (RFC 9112 §3).
  private mutating func readParts(_ octets: Span<UInt8>) throws(HeadError) -> Bool {
    if state == .method {
      position = octets.firstNonToken(from: position)
      guard position < octets.count else { return false }
      guard octets[position] == .space else { throw .badMethod }
      head.methodName = ByteRange(partStart..<position)
      head.method = Method(octets.extracting(partStart..<position))
      position += 1
      partStart = position
      state = .target
    }
    if state == .target {
      position = octets.firstInvisible(from: position)
      guard position < octets.count else { return false }
      guard octets[position] == .space, position > partStart else {
        throw octets[position] == .lineFeed ? .bareLineFeed : .badTarget
      }
      head.target = ByteRange(partStart..<position)
      position += 1
      partStart = position
      state = .version
    }
    while position < octets.count {
      let offset = position - partStart
      try readVersion(octets[position], at: offset)
      position += 1
      if offset == Version.length + 1 { return true }
    }
    return false
  }

  /// `HTTP/1.1 CRLF`, octet by octet.
  private mutating func readVersion(_ octet: UInt8, at offset: Int) throws(HeadError) {
    switch offset {
    case 0..<Version.length: try head.version.read(octet, at: offset, orThrow: .badVersion)
    case Version.length:
      guard octet == .carriageReturn else { throw octet == .lineFeed ? .bareLineFeed : .badVersion }
    default: guard octet == .lineFeed else { throw .bareCarriageReturn }
    }
  }

  /// What the fields mean for this hop, and what they may not say.
  private mutating func readMeaning(_ input: Span<UInt8>) throws(HeadError) {
    var framing = FramingFields()
    var hosts = 0
    var expects = false
    var next = 0
    while let index = head.fields.next(
      among: [.contentLength, .transferEncoding, .connection, .host, .expect], from: next)
    {
      next = index &+ 1
      let field = head.fields[index]
      switch field.known {
      case .contentLength: try framing.addLength(input[clamped: field.value])
      case .transferEncoding: try framing.addTransferEncoding(input[clamped: field.value])
      case .connection: try head.connection.add(input[clamped: field.value])
      case .host:
        hosts += 1
        guard hosts == 1 else { throw .repeatedHost }
        guard let authority = Authority(input[clamped: field.value]) else { throw .badHost }
        (head.host, head.authority) = (field.value, authority)
      case .expect:
        guard input[clamped: field.value].equalsIgnoringCase("100-continue") else { throw .unknownExpectation }
        expects = true
      default: break
      }
    }
    guard hosts == 1 || head.version == .http10 else { throw .missingHost }
    try framing.check(head.version)
    if framing.isChunked {
      head.framing = .chunked
    } else if let length = framing.length {
      head.framing = .length(length)
    }
    let hasBody = head.framing != .none && head.framing != .length(0)
    head.expectsContinue = expects && hasBody && head.version == .http11
  }
}

/// For callers who own parser and buffer: a span of one stored property may not be lent to a mutating call on another
/// through the same `self`, a borrowed buffer may.
extension RequestHeadParser {
  /// `read` on what is to be read in a buffer.
  @inlinable public mutating func read(_ input: borrowing Buffer) throws(HeadError) -> Bool { try read(input.readable) }
}
