import Bytes

/// Makes a request's head of its fields, one after the other, and says what is wrong with it (RFC 9113 §8.2 and §8.3).
///
/// Lines are written with the CRLF before them, and no other two octets stand between a value and the next name: lines
/// that lie so are one run for who copies them (`FieldBlock`), whatever pseudo-fields lie before.
struct HeadAssembly {
  private struct Pseudo: OptionSet {
    let rawValue: UInt8

    static let method = Pseudo(rawValue: 1)
    static let scheme = Pseudo(rawValue: 2)
    static let path = Pseudo(rawValue: 4)
    static let authority = Pseudo(rawValue: 8)
  }

  private let scheme: Scheme
  private let limits: HeadLimits
  /// The first thing that is wrong; nothing more is written then.
  private(set) var verdict: FieldBlockProgress?
  /// As RFC 9113 §6.5.2 counts.
  private var size = 0
  /// Fields that are counted without being kept.
  private var trailers = 0
  private var seen = Pseudo()
  private var hasFields = false
  /// Lines of `cookie`, each of crumbs that came one behind the other.
  private var cookies = 0
  /// The last line is one of them.
  private var isBehindCookie = false
  /// What the last `:authority` out of the dynamic table came to, and which entry it was: most of a connection's heads
  /// name one host.
  private var authority: (entry: Int, value: Authority)?

  init(scheme: Scheme, limits: HeadLimits) { (self.scheme, self.limits) = (scheme, limits) }

  mutating func begin() {
    verdict = nil
    (size, trailers, seen, hasFields, cookies, isBehindCookie) = (0, 0, [], false, 0, false)
  }

  /// Counts a field, and gives the connection up where there are far too many.
  @inline(__always) mutating func count(_ field: InflatedField) throws(HPACKError) {
    size &+= field.size
    guard size > limits.sectionOctets else { return }
    try overflow()
  }

  private mutating func overflow() throws(HPACKError) {
    guard size <= limits.sectionOctets &* RequestHeadDecoder.floodFactor else { throw .flood }
    refuse(.sectionTooLarge)
  }

  private mutating func fail(_ fault: HeadFault) { if verdict == nil { verdict = .malformed(fault) } }
  private mutating func refuse(_ error: HeadError) { if verdict == nil { verdict = .refused(error) } }

  mutating func check(trailer field: InflatedField) throws(HPACKError) {
    try count(field)
    trailers &+= 1
    if trailers > limits.fields { refuse(.tooManyFields) }
    switch field.mark.kind {
    case .method, .scheme, .path, .authority: fail(.pseudoFieldInTrailers)
    case .faulty: fail(field.mark.fault)
    case .plain, .underscored, .cookie, .host: break
    }
  }

  /// Takes a field of a head.
  @inline(__always) mutating func add(
    _ field: InflatedField, to octets: inout Buffer, from buffers: BufferPool, _ head: inout RequestHead
  ) throws(HPACKError) {
    try count(field)
    guard verdict == nil else { return }
    switch field.mark.kind {
    case .plain: addLine(field, to: &octets, from: buffers, &head)
    case .method, .scheme, .path, .authority: addPseudo(field, to: &octets, from: buffers, &head)
    case .underscored, .cookie, .host, .faulty: addOther(field, to: &octets, from: buffers, &head)
    }
  }

  /// Takes plain fields that follow, where nothing is to be said of them.
  @inline(__always) mutating func addPlainFields(
    _ input: UnsafeBufferPointer<UInt8>, from position: inout Int, by inflater: inout FieldInflater,
    to octets: inout Buffer, _ head: inout RequestHead
  ) {
    guard verdict == nil else { return }
    let before = position
    unsafe inflater.takePlainFields(
      input, from: &position, counting: &size, limit: limits.sectionOctets, to: &octets, &head.fields,
      most: limits.fields)
    if position > before { (hasFields, isBehindCookie) = (true, false) }
  }

  @inline(__always) private mutating func addLine(
    _ field: InflatedField, to octets: inout Buffer, from buffers: BufferPool, _ head: inout RequestHead
  ) {
    (hasFields, isBehindCookie) = (true, false)
    guard head.fields.count < limits.fields else { return refuse(.tooManyFields) }
    guard makeRoom(field.lineOctets, in: &octets, from: buffers) else { return }
    let start = octets.count &+ 2
    field.writeLine(to: &octets)
    let nameEnd = start &+ field.nameCount
    _ = head.fields.append(
      plain: FieldSlot(
        name: ByteRange(from: start, to: nameEnd), value: ByteRange(from: nameEnd &+ 2, to: octets.count),
        known: field.mark.known))
  }

  /// `false`, and a verdict, where even the largest buffer has none.
  @inline(__always) private mutating func makeRoom(
    _ count: Int, in octets: inout Buffer, from buffers: BufferPool
  ) -> Bool {
    if count < octets.room { return true }
    return enlarge(&octets, for: count, from: buffers)
  }

  private mutating func enlarge(_ octets: inout Buffer, for count: Int, from buffers: BufferPool) -> Bool {
    if buffers.enlarge(&octets), count < octets.room { return true }
    refuse(.sectionTooLarge)
    return false
  }

  @inline(never) private mutating func addPseudo(
    _ field: InflatedField, to octets: inout Buffer, from buffers: BufferPool, _ head: inout RequestHead
  ) {
    guard !hasFields else { return fail(.pseudoFieldBehindFields) }
    switch field.mark.kind {
    case .method:
      guard isFirst(.method) else { return }
      head.method = Method(field.value)
      if head.method == .other, field.value.isEmpty || field.value.firstNonToken(from: 0) < field.valueCount {
        return fail(.badMethod)
      }
      head.methodName = write(field.value, to: &octets, from: buffers)
    case .scheme:
      guard isFirst(.scheme) else { return }
      let isOurs = scheme == .https ? field.value.equals("https") : field.value.equals("http")
      guard isOurs || field.value.equalsIgnoringCase(scheme.text) else { return fail(.otherScheme) }
    case .path:
      guard isFirst(.path) else { return }
      guard field.valueCount <= limits.requestLineOctets else { return refuse(.requestLineTooLong) }
      guard !field.value.isEmpty, field.value.firstInvisible(from: 0) == field.valueCount else { return fail(.badPath) }
      head.target = write(field.value, to: &octets, from: buffers)
    case .authority:
      guard isFirst(.authority) else { return }
      guard let authority = authority(of: field) else { return fail(.badAuthority) }
      guard makeRoom(field.valueCount &+ 8, in: &octets, from: buffers) else { return }
      octets.append("\r\nhost: ")
      let start = octets.count
      octets.append(field.value)
      (head.host, head.authority) = (ByteRange(from: start, to: octets.count), authority)
      _ = head.fields.append(
        plain: FieldSlot(name: ByteRange(from: start &- 6, to: start &- 2), value: head.host, known: .host))
    case .plain, .underscored, .cookie, .host, .faulty: break
    }
  }

  private mutating func authority(of field: InflatedField) -> Authority? {
    if let authority, authority.entry == field.entry { return authority.value }
    let read = Authority(field.value)
    if let read, field.entry > 0 { authority = (field.entry, read) }
    return read
  }

  private mutating func isFirst(_ pseudo: Pseudo) -> Bool {
    let isFirst = seen.insert(pseudo).inserted
    if !isFirst { fail(.repeatedPseudoField) }
    return isFirst
  }

  private mutating func write(_ value: Span<UInt8>, to octets: inout Buffer, from buffers: BufferPool) -> ByteRange {
    guard makeRoom(value.count, in: &octets, from: buffers) else { return ByteRange() }
    let start = octets.count
    octets.append(value)
    return ByteRange(from: start, to: octets.count)
  }

  @inline(never) private mutating func addOther(
    _ field: InflatedField, to octets: inout Buffer, from buffers: BufferPool, _ head: inout RequestHead
  ) {
    switch field.mark.kind {
    case .cookie: addCrumb(field, to: &octets, from: buffers, &head)
    case .host: addHost(field, to: &octets, from: buffers, &head)
    case .underscored:
      addLine(field, to: &octets, from: buffers, &head)
      head.fields.noteUnderscore()
    case .faulty: fail(field.mark.fault)
    case .method, .scheme, .path, .authority, .plain: break
    }
  }

  /// Crumbs that follow each other make one line at once; what stands between others, `finish` joins.
  private mutating func addCrumb(
    _ field: InflatedField, to octets: inout Buffer, from buffers: BufferPool, _ head: inout RequestHead
  ) {
    if isBehindCookie {
      guard makeRoom(field.valueCount &+ 2, in: &octets, from: buffers) else { return }
      octets.append("; ")
      octets.append(field.value)
      head.fields.extendLast(by: field.valueCount &+ 2)
    } else {
      addLine(field, to: &octets, from: buffers, &head)
      cookies &+= 1
      isBehindCookie = true
    }
  }

  /// RFC 9113 §8.3.1: the authority's word counts; another one is refused.
  private mutating func addHost(
    _ field: InflatedField, to octets: inout Buffer, from buffers: BufferPool, _ head: inout RequestHead
  ) {
    guard let authority = Authority(field.value) else { return fail(.otherHost) }
    guard seen.contains(.authority) else {
      guard head.authority == nil else { return fail(.repeatedHost) }
      addLine(field, to: &octets, from: buffers, &head)
      head.authority = authority
      head.host = ByteRange(from: octets.count &- field.valueCount, to: octets.count)
      return
    }
    hasFields = true
    guard let first = head.authority else { return }
    let same =
      octets.readable[clamped: head.host].extracting(first.host)
      .equalsIgnoringCase(field.value.extracting(authority.host))
    if !same || (first.port ?? scheme.defaultPort) != (authority.port ?? scheme.defaultPort) { fail(.otherHost) }
  }

  // MARK: The whole

  private static let slash: StaticString = "/"

  /// Judges what only the whole head shows.
  mutating func finish(
    endsStream: Bool, _ octets: inout Buffer, from buffers: BufferPool, _ head: inout RequestHead
  ) -> FieldBlockProgress {
    if let verdict { return verdict }
    if head.method == .connect {
      guard seen.contains(.authority) else { return .malformed(.missingPseudoField) }
      guard seen.isDisjoint(with: [.scheme, .path]) else { return .malformed(.connectWithTarget) }
      head.target = write(Self.slash.octets, to: &octets, from: buffers)
    } else {
      guard seen.isSuperset(of: [.method, .scheme, .path]) else { return .malformed(.missingPseudoField) }
      let target = octets.readable[clamped: head.target]
      guard !target.isEmpty, target[0] == .slash || target.equals("*") && head.method == .options else {
        return .malformed(.badPath)
      }
    }
    guard head.authority != nil else { return .malformed(.missingHost) }
    if cookies > 1 { joinCookies(&octets, from: buffers, &head) }
    readMeaning(endsStream: endsStream, octets.readable, &head)
    guard makeRoom(2, in: &octets, from: buffers) else { return verdict ?? .whole }
    octets.append("\r\n")
    return verdict ?? .whole
  }

  /// What the fields mean for this hop, as `RequestHeadParser` has it.
  private mutating func readMeaning(endsStream: Bool, _ octets: Span<UInt8>, _ head: inout RequestHead) {
    var framing = FramingFields()
    var expects = false
    var next = 0
    while let index = head.fields.next(among: [.contentLength, .expect], from: next) {
      next = index &+ 1
      let value = octets[clamped: head.fields[index].value]
      if head.fields[index].known == .expect {
        guard value.equalsIgnoringCase("100-continue") else { return refuse(.unknownExpectation) }
        expects = true
      } else {
        do throws(HeadError) { try framing.addLength(value) } catch {
          return fail(error == .repeatedLength ? .repeatedLength : .badLength)
        }
      }
    }
    if let length = framing.length {
      guard length == 0 || !endsStream else { return fail(.lengthWithoutBody) }
      head.framing = .length(length)
    } else {
      head.framing = endsStream ? .none : .chunked
    }
    head.expectsContinue = expects && !head.framing.isEmpty
  }

  /// Joins lines of `cookie` that others stand between (RFC 9113 §8.2.3) in a new line behind all.
  private mutating func joinCookies(_ octets: inout Buffer, from buffers: BufferPool, _ head: inout RequestHead) {
    // Nearly nobody sends them so: what is allocated here is not on the way of a browser's request.
    var line: [UInt8] = []
    for index in 0..<head.fields.count where head.fields[index].known == .cookie {
      line.append((line.isEmpty ? "\r\ncookie: " : "; " as StaticString).octets)
      line.append(octets.readable[clamped: head.fields[index].value])
    }
    guard makeRoom(line.count, in: &octets, from: buffers) else { return }
    let start = octets.count &+ 2
    octets.append(line.span)
    head.fields.removeAll(.cookie)
    _ = head.fields.append(
      plain: FieldSlot(
        name: ByteRange(from: start, to: start &+ 6), value: ByteRange(from: start &+ 8, to: octets.count),
        known: .cookie))
  }
}
