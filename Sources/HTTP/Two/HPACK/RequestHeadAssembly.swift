import Bytes

/// Makes a request's head of decoded fields (RFC 9113 §8.2 and §8.3), as strict as the parser of HTTP/1: what another
/// reader could see differently is malformed.
struct RequestHeadAssembly {
  /// A block that decodes to so many times the limit of a head is an attack.
  private static let floodFactor = 4
  /// What each field counts for beside its octets (RFC 9113 §6.5.2).
  private static let overhead = 32

  private enum State: Equatable { case good, malformed, refused(HeadError) }

  private let limits: HeadLimits
  private let scheme: Scheme
  private var kind = RequestHeadDecoder.Kind.trailers
  private var state = State.good
  /// Octets of the block's fields so far, as RFC 9113 §6.5.2 counts them.
  private var size = 0
  private(set) var isFlood = false
  private var path: ByteRange?
  private var authority: ByteRange?
  private var hasMethod = false
  private var hasScheme = false
  private var hasFields = false
  private var hosts = 0
  private var length: UInt64?
  private var expects = false
  /// How many lines of cookies there are.
  private var cookies = 0

  init(limits: HeadLimits, scheme: Scheme) { (self.limits, self.scheme) = (limits, scheme) }

  mutating func begin(_ kind: RequestHeadDecoder.Kind, _ octets: inout Buffer, _ head: inout RequestHead) {
    self = RequestHeadAssembly(limits: limits, scheme: scheme)
    self.kind = kind
    octets.clear()
    if kind != .trailers {
      head.reset()
      head.version = .http2
    }
  }

  // MARK: Fields

  mutating func add(
    _ name: Span<UInt8>, _ value: Span<UInt8>, _ octets: inout Buffer, _ head: inout RequestHead
  ) {
    size += name.count + value.count + Self.overhead
    guard size <= limits.sectionOctets * Self.floodFactor else {
      isFlood = true
      return
    }
    guard state == .good else { return }
    guard size <= limits.sectionOctets else { return refuse(.sectionTooLarge) }
    guard Self.isValue(value) else { return malform() }
    if !name.isEmpty, name[0] == .colon {
      addPseudo(name, value, &octets, &head)
    } else {
      addField(name, value, &octets, &head)
    }
  }

  private static func hasUpperCase(_ name: Span<UInt8>) -> Bool {
    var position = name.firstNonLowercase(from: 0)
    while position < name.count {
      if name[position].isUpper { return true }
      position = name.firstNonLowercase(from: position &+ 1)
    }
    return false
  }

  private mutating func malform() { state = .malformed }

  /// An error that is answered, unless the head turns out to be malformed.
  private mutating func refuse(_ error: HeadError) { if state == .good { state = .refused(error) } }

  /// RFC 9113 §8.2.1: no control but HTAB, no white space at the ends.
  private static func isValue(_ value: Span<UInt8>) -> Bool {
    guard !value.isEmpty else { return true }
    let (first, last) = (value[0], value[value.count - 1])
    guard first != .space, first != .tab, last != .space, last != .tab else { return false }
    var position = value.firstControl(from: 0)
    while position < value.count, value[position] == .tab { position = value.firstControl(from: position + 1) }
    return position == value.count
  }

  private mutating func addPseudo(
    _ name: Span<UInt8>, _ value: Span<UInt8>, _ octets: inout Buffer, _ head: inout RequestHead
  ) {
    guard !hasFields, kind != .trailers else { return malform() }
    if name.equals(":method") {
      guard !hasMethod, !value.isEmpty, value.firstNonToken(from: 0) == value.count else { return malform() }
      hasMethod = true
      head.method = Method(value)
      head.methodName = append(value, to: &octets)
    } else if name.equals(":scheme") {
      guard !hasScheme, value.equalsIgnoringCase(scheme.text) else { return malform() }
      hasScheme = true
    } else if name.equals(":authority") {
      guard authority == nil, let parsed = Authority(value) else { return malform() }
      head.authority = parsed
      authority = append(value, to: &octets)
    } else if name.equals(":path") {
      guard path == nil, !value.isEmpty, value.firstInvisible(from: 0) == value.count else { return malform() }
      path = append(value, to: &octets)
      if value.count > limits.requestLineOctets { refuse(.requestLineTooLong) }
    } else {
      malform()
    }
  }

  private mutating func append(_ value: Span<UInt8>, to octets: inout Buffer) -> ByteRange {
    let start = octets.count
    guard octets.room >= value.count else {
      refuse(.sectionTooLarge)
      return ByteRange()
    }
    octets.append(value)
    return ByteRange(from: start, to: octets.count)
  }

  private mutating func addField(
    _ name: Span<UInt8>, _ value: Span<UInt8>, _ octets: inout Buffer, _ head: inout RequestHead
  ) {
    guard !name.isEmpty, name.firstNonToken(from: 0) == name.count, !Self.hasUpperCase(name) else { return malform() }
    hasFields = true
    let known = FieldName(token: name)
    switch known {
    case .connection, .keepAlive, .proxyConnection, .transferEncoding, .upgrade: return malform()
    case .te: guard value.equalsIgnoringCase("trailers") else { return malform() }
    default: break
    }
    guard kind != .trailers else { return }
    switch known {
    case .contentLength:
      guard let number = FramingFields.decimal(value), length == nil || length == number else { return malform() }
      length = number
      return
    case .host:
      hosts += 1
      guard hosts == 1, let parsed = Authority(value) else { return malform() }
      let range = append(value, to: &octets)
      if authority == nil {
        (head.host, head.authority) = (range, parsed)
      } else {
        head.host = range
      }
      return
    case .expect:
      guard value.equalsIgnoringCase("100-continue") else { return refuse(.unknownExpectation) }
      expects = true
    case .cookie:
      cookies += 1
      if continueCookie(value, &octets, &head) { return }
    default: break
    }
    guard head.fields.count < limits.fields else { return refuse(.tooManyFields) }
    appendLine(name, value, known, &octets, &head)
  }

  private mutating func appendLine(
    _ name: Span<UInt8>, _ value: Span<UInt8>, _ known: FieldName, _ octets: inout Buffer, _ head: inout RequestHead
  ) {
    guard octets.room >= name.count + value.count + 4 else { return refuse(.sectionTooLarge) }
    // The end of the line before: it may be a cookie that goes on.
    if head.fields.count > 0 { octets.append("\r\n") }
    let start = octets.count
    octets.append(name)
    octets.append(": ")
    octets.append(value)
    let slot = FieldSlot(
      name: ByteRange(from: start, to: start + name.count),
      value: ByteRange(from: start + name.count + 2, to: octets.count), known: known)
    if !head.fields.append(slot) { refuse(.tooManyFields) }
  }

  // MARK: Cookies

  /// RFC 9113 §8.2.3: crumbs are one line for who speaks HTTP/1. Those that come together are joined as they come.
  private mutating func continueCookie(
    _ value: Span<UInt8>, _ octets: inout Buffer, _ head: inout RequestHead
  ) -> Bool {
    guard cookies > 1, head.fields.endsWithCookie(at: octets.count), octets.room >= value.count + 2 else { return false }
    cookies -= 1
    octets.append("; ")
    octets.append(value)
    head.fields.extendLast(to: octets.count)
    return true
  }

  // MARK: The end

  mutating func end(_ octets: inout Buffer, _ head: inout RequestHead) -> FieldBlockResult {
    if case .request(let endsStream) = kind { finish(endsStream: endsStream, &octets, &head) }
    switch state {
    case .good: return .whole
    case .malformed: return .malformed
    case .refused(let error): return .refused(error)
    }
  }

  private mutating func finish(endsStream: Bool, _ octets: inout Buffer, _ head: inout RequestHead) {
    guard state != .malformed else { return }
    if head.method == .connect {
      // RFC 9113 §8.5. It is refused by who knows that tunnels are not spoken.
      guard hasMethod, authority != nil, path == nil, !hasScheme else { return malform() }
    } else {
      guard hasMethod, hasScheme, path != nil, authority != nil || hosts == 1 else { return malform() }
    }
    if let authority {
      guard hosts == 0 || Self.isSame(authority, head.host, in: octets.readable) else { return malform() }
      head.host = authority
    }
    head.target = path ?? head.host
    if head.method != .connect {
      let target = octets.readable[clamped: head.target]
      guard !target.isEmpty else { return malform() }
      let first = target[0]
      guard first == .slash || (first == .asterisk && head.target.count == 1 && head.method == .options) else {
        return malform()
      }
    }
    guard !endsStream || (length ?? 0) == 0 else { return malform() }
    if !endsStream { head.framing = length.map { .length($0) } ?? .chunked }
    head.expectsContinue = expects && !endsStream
    head.length = octets.count
    if cookies > 1 { joinCookies(&octets, &head) }
  }

  /// RFC 9113 §8.3.1: what `Host` says beside `:authority` is the same host and port.
  private static func isSame(_ one: ByteRange, _ other: ByteRange, in octets: Span<UInt8>) -> Bool {
    octets[clamped: one].equalsIgnoringCase(octets[clamped: other])
  }

  /// Crumbs with other fields between them.
  private mutating func joinCookies(_ octets: inout Buffer, _ head: inout RequestHead) {
    var joined: [UInt8] = []
    for index in 0..<head.fields.count where head.fields[index].known == .cookie {
      if !joined.isEmpty { joined.append(contentsOf: [0x3B, 0x20]) }
      joined.append(octets.readable[clamped: head.fields[index].value])
    }
    head.fields.remove(.cookie)
    let name: StaticString = "cookie"
    appendLine(name.octets, joined.span, .cookie, &octets, &head)
  }
}
