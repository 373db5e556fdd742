import Bytes

/// What a request asks for, made once by the session: the one value that routing, access, cache key, purge and log
/// use. Keeps its storage when it is assigned anew. One thread at a time.
public struct Target: ~Copyable {
  /// Octets of a target and its host together.
  public static let octetLimit = 32_768

  /// Of the transport, whatever form the target had.
  public private(set) var scheme = Scheme.http
  /// The explicit port, or the scheme's.
  public private(set) var port: UInt16 = 80
  /// `OPTIONS *`: no path, but the server as a whole.
  public private(set) var isAsterisk = false
  /// Authority, path and query as sent, and the other form of the path where it differs.
  private var octets = ReusedArray<UInt8>()
  private var hostEnd = 0
  private var authorityEnd = 0
  private var pathEnd = 0
  /// With the `?`, where there is one.
  private var queryEnd = 0

  public init() {}

  /// Reads the request target of a head (RFC 9112 §3.2), whose parser has read `Host`.
  ///
  /// - Parameters:
  ///   - octets: in which `head` was parsed.
  ///   - scheme: of the transport: an absolute form with another is refused.
  /// - Throws: where the target is not one of the forms, or an origin could read another path than Yett does. The
  ///   value is as after `init` then.
  public mutating func assign(
    _ head: borrowing RequestHead, _ octets: Span<UInt8>, scheme: Scheme
  ) throws(TargetError) {
    try assign(
      form: octets[clamped: head.target], host: octets[clamped: head.host], head.authority, method: head.method,
      scheme: scheme)
  }

  /// Reads a request target together with the value of a `Host` field that nobody has read.
  ///
  /// - Parameters:
  ///   - target: as sent: origin-form, absolute-form, whose authority wins over `Host`, or `*` with OPTIONS.
  ///   - host: empty where an HTTP/1.0 request has none, and `self.host` is empty then.
  ///   - scheme: of the transport: an absolute form with another is refused.
  /// - Throws: as for a head.
  public mutating func assign(
    form target: Span<UInt8>, host: Span<UInt8>, method: Method, scheme: Scheme
  ) throws(TargetError) {
    try assign(form: target, host: host, nil, method: method, scheme: scheme)
  }

  private mutating func assign(
    form target: Span<UInt8>, host: Span<UInt8>, _ authority: Authority?, method: Method, scheme: Scheme
  ) throws(TargetError) {
    clear()
    do throws(TargetError) {
      try read(target, host: host, authority, method: method, scheme: scheme)
    } catch {
      clear()
      throw error
    }
  }

  /// Lower-case, without final dot and port; an IPv6 address with its brackets.
  public var host: Span<UInt8> {
    @_lifetime(borrow self) get { octets.span.extracting(0..<hostEnd) }
  }

  /// As it is sent in `Host`: the host, and the port where it is not the scheme's.
  public var authority: Span<UInt8> {
    @_lifetime(borrow self) get { octets.span.extracting(0..<authorityEnd) }
  }

  /// As sent; begins with `/`, or is `*`.
  public var path: Span<UInt8> {
    @_lifetime(borrow self) get { octets.span.extracting(authorityEnd..<pathEnd) }
  }

  /// The path with unreserved octets decoded and the hex digits of others upper-cased: for matching.
  public var matchPath: Span<UInt8> {
    @_lifetime(borrow self) get {
      octets.count > queryEnd
        ? octets.span.extracting(queryEnd..<octets.count) : octets.span.extracting(authorityEnd..<pathEnd)
    }
  }

  /// As sent, without the `?`; `nil` where there is none, empty where nothing follows it.
  public var query: Span<UInt8>? {
    @_lifetime(borrow self) get {
      pathEnd < queryEnd ? octets.span.extracting(pathEnd + 1..<queryEnd) : nil
    }
  }

  /// As sent: what is forwarded.
  public var pathAndQuery: Span<UInt8> {
    @_lifetime(borrow self) get { octets.span.extracting(authorityEnd..<queryEnd) }
  }

  /// Forgets what it was: a request that could not be read asks for nothing. Keeps its storage.
  public mutating func reset() { clear() }

  private mutating func clear() {
    octets.removeAll()
    (scheme, port, isAsterisk) = (.http, 80, false)
    (hostEnd, authorityEnd, pathEnd, queryEnd) = (0, 0, 0, 0)
  }

  private mutating func read(
    _ target: Span<UInt8>, host: Span<UInt8>, _ authority: Authority?, method: Method, scheme: Scheme
  ) throws(TargetError) {
    guard !target.isEmpty else { throw .form }
    guard target.count + host.count <= Self.octetLimit else { throw .tooLong }
    self.scheme = scheme
    if target[0] == .slash {
      try write(host, host.isEmpty ? nil : Self.authority(host, known: authority), path: target)
    } else if target.count == 1, target[0] == .asterisk {
      guard method == .options else { throw .form }
      isAsterisk = true
      try write(host, host.isEmpty ? nil : Self.authority(host, known: authority), path: Span())
    } else {
      try read(absolute: target, method: method)
    }
  }

  /// `http://authority[/path][?query]` (RFC 9112 §3.2.2).
  private mutating func read(absolute target: Span<UInt8>, method: Method) throws(TargetError) {
    guard method != .connect, let colon = target.firstIndex(of: .colon) else { throw .form }
    guard target.count >= colon + 3, target[colon + 1] == .slash, target[colon + 2] == .slash else { throw .form }
    guard target.extracting(0..<colon).equalsIgnoringCase(scheme.text) else { throw .otherScheme }
    let start = colon + 3
    var end = start
    while end < target.count, target[end] != .slash, target[end] != .questionMark { end += 1 }
    let host = target.extracting(start..<end)
    // RFC 9112 §3.2.4: without a path, OPTIONS asks about the server.
    isAsterisk = end == target.count && method == .options
    try write(host, Self.authority(host, known: nil), path: target.extracting(end..<target.count))
  }

  private static func authority(_ text: Span<UInt8>, known: Authority?) throws(TargetError) -> Authority {
    guard let authority = known ?? Authority(text) else { throw .badHost }
    return authority
  }

  /// Writes all of it, in room that is made once.
  ///
  /// - Parameters:
  ///   - authority: of `host`; `nil` where there is none.
  ///   - path: with the query. Without one it is `/`, or `*`.
  private mutating func write(_ host: Span<UInt8>, _ authority: Authority?, path: Span<UInt8>) throws(TargetError) {
    var check = PathCheck()
    let end = try check.read(path)
    let query = path.extracting(end..<path.count)
    if !query.isEmpty {
      guard query.firstInvisible(from: 0) == query.count, query.firstIndex(of: UInt8(ascii: "#")) == nil else {
        throw .badOctet
      }
    }
    port = authority?.port ?? scheme.defaultPort
    let (port, isForeign, isAsterisk, hasEscape) = (port, port != scheme.defaultPort, isAsterisk, check.hasEscape)
    var (hostEnd, authorityEnd, pathEnd, queryEnd) = (0, 0, 0, 0)
    octets.append(addingCapacity: host.count + path.count + (hasEscape ? end : 0) + 32) { output in
      if let authority {
        let name = host.extracting(authority.host)
        if authority.isLowercase {
          output.append(name)
        } else {
          for index in name.indices { output.append(name[index].lowercased) }
        }
      }
      hostEnd = output.count
      if isForeign {
        output.append(":")
        output.append(decimal: UInt64(port))
      }
      authorityEnd = output.count
      if end > 0 { output.append(path.extracting(0..<end)) } else { output.append(isAsterisk ? "*" : "/") }
      pathEnd = output.count
      output.append(query)
      queryEnd = output.count
      if hasEscape { output.append(normalised: path.extracting(0..<end)) }
    }
    (self.hostEnd, self.authorityEnd, self.pathEnd, self.queryEnd) = (hostEnd, authorityEnd, pathEnd, queryEnd)
  }
}
