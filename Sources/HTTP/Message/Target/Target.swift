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
  private var octets: [UInt8] = []
  private var hostEnd = 0
  private var authorityEnd = 0
  private var pathEnd = 0
  /// With the `?`, where there is one.
  private var queryEnd = 0

  public init() {}

  /// Reads a request target (RFC 9112 §3.2) together with `Host`.
  ///
  /// - Parameters:
  ///   - target: as sent: origin-form, absolute-form, whose authority wins over `Host`, or `*` with OPTIONS.
  ///   - host: the value of `Host`; empty where an HTTP/1.0 request has none, and `self.host` is empty then.
  ///   - scheme: of the transport: an absolute form with another is refused.
  /// - Throws: where the target is not one of these forms, or an origin could read another path than Yett does. The
  ///   value is as after `init` then.
  public mutating func assign(
    form target: Span<UInt8>, host: Span<UInt8>, method: Method, scheme: Scheme
  ) throws(TargetError) {
    clear()
    do throws(TargetError) {
      try read(target, host: host, method: method, scheme: scheme)
    } catch {
      clear()
      throw error
    }
  }

  /// A target of its own: what outlives the session's request, a fetch, keeps one.
  public func copy() -> Target {
    var copy = Target()
    (copy.scheme, copy.port, copy.isAsterisk, copy.octets) = (scheme, port, isAsterisk, octets)
    (copy.hostEnd, copy.authorityEnd) = (hostEnd, authorityEnd)
    (copy.pathEnd, copy.queryEnd) = (pathEnd, queryEnd)
    return copy
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

  /// The path with unreserved octets decoded and the hex digits of others upper-cased: for matching and keys.
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
    octets.removeAll(keepingCapacity: true)
    (scheme, port, isAsterisk) = (.http, 80, false)
    (hostEnd, authorityEnd, pathEnd, queryEnd) = (0, 0, 0, 0)
  }

  private mutating func read(
    _ target: Span<UInt8>, host: Span<UInt8>, method: Method, scheme: Scheme
  ) throws(TargetError) {
    guard !target.isEmpty else { throw .form }
    guard target.count + host.count <= Self.octetLimit else { throw .tooLong }
    self.scheme = scheme
    if target[0] == .slash {
      if host.isEmpty { port = scheme.defaultPort } else { try append(authority: host) }
      try append(path: target, orIfEmpty: "/")
    } else if target.count == 1, target[0] == .asterisk {
      guard method == .options else { throw .form }
      if host.isEmpty { port = scheme.defaultPort } else { try append(authority: host) }
      appendAsterisk()
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
    try append(authority: target.extracting(start..<end))
    // RFC 9112 §3.2.4: without a path, OPTIONS asks about the server.
    if end == target.count, method == .options { return appendAsterisk() }
    try append(path: target.extracting(end..<target.count), orIfEmpty: "/")
  }

  private mutating func appendAsterisk() {
    octets.append(.asterisk)
    pathEnd = octets.count
    queryEnd = pathEnd
    isAsterisk = true
  }

  private mutating func append(authority text: Span<UInt8>) throws(TargetError) {
    guard let authority = Authority(text) else { throw .badHost }
    if authority.isLowercase {
      octets.append(text.extracting(authority.host))
    } else {
      for index in authority.host { octets.append(text[index].lowercased) }
    }
    hostEnd = octets.count
    port = authority.port ?? scheme.defaultPort
    if port != scheme.defaultPort {
      octets.append(.colon)
      octets.append(decimal: UInt64(port))
    }
    authorityEnd = octets.count
  }

  /// - Parameters:
  ///   - text: path and query.
  ///   - root: the path where there is none.
  private mutating func append(path text: Span<UInt8>, orIfEmpty root: StaticString) throws(TargetError) {
    var check = PathCheck()
    let end = try check.read(text)
    if end == 0 { octets.append(root) }
    octets.append(text.extracting(0..<end))
    pathEnd = octets.count
    let query = text.extracting(end..<text.count)
    guard query.firstInvisible(from: 0) == query.count, query.firstIndex(of: UInt8(ascii: "#")) == nil else {
      throw .badOctet
    }
    octets.append(query)
    queryEnd = octets.count
    if check.hasEscape { octets.appendNormalised(path: text.extracting(0..<end)) }
  }
}
