import Bytes
import HTTP
import Testing

@Suite("RFC 9112 §3.2: the target")
struct TargetTests {
  struct Parts: Equatable {
    var host: String
    var port: UInt16
    var authority: String
    var path: String
    var matchPath: String
    var query: String?
    var pathAndQuery: String
    var isAsterisk = false
  }

  static func read(
    _ target: String, host: String = "a", method: Method = .get, scheme: Scheme = .http
  ) -> Outcome<Parts, TargetError> {
    var value = Target()
    // What it was before does not matter.
    try? value.assign(form: Array("/before%41?x".utf8).span, host: Array("b:1".utf8).span, method: .get, scheme: .https)
    let (form, name) = (Array(target.utf8), Array(host.utf8))
    let outcome: Outcome<Parts, TargetError>
    do throws(TargetError) {
      try value.assign(form: form.span, host: name.span, method: method, scheme: scheme)
      #expect(value.scheme == scheme)
      outcome = .whole(parts(of: value))
    } catch {
      outcome = .refused(error)
    }
    if let other = readInHead(target, host, method, scheme) { #expect(other == outcome, "\(target) of \(host)") }
    return outcome
  }

  /// The same out of a head, whose parser has read `Host`; `nil` where it lets no such head through.
  private static func readInHead(
    _ target: String, _ host: String, _ method: Method, _ scheme: Scheme
  ) -> Outcome<Parts, TargetError>? {
    let octets = Array("\(method.text) \(target) HTTP/1.0\r\n\(host.isEmpty ? "" : "Host: \(host)\r\n")\r\n".utf8)
    var parser = RequestHeadParser(limits: HeadLimits(requestLineOctets: .max, sectionOctets: .max))
    guard (try? parser.read(octets.span)) == true else { return nil }
    var value = Target()
    do throws(TargetError) {
      try value.assign(parser.head, octets.span, scheme: scheme)
    } catch {
      return .refused(error)
    }
    return .whole(parts(of: value))
  }

  static func parts(of value: borrowing Target) -> Parts {
    var query: String?
    if let sent = value.query { query = text(sent) }
    return Parts(
      host: text(value.host), port: value.port, authority: text(value.authority), path: text(value.path),
      matchPath: text(value.matchPath), query: query,
      pathAndQuery: text(value.pathAndQuery), isAsterisk: value.isAsterisk)
  }

  private func whole(_ outcome: Outcome<Parts, TargetError>) -> Parts? {
    if case .whole(let parts) = outcome { parts } else { nil }
  }

  @Test(
    "§3.2.1: origin-form is kept as sent",
    arguments: [
      ("/", "/", nil), ("/a/b", "/a/b", nil), ("/a?b=c?d", "/a", "b=c?d"), ("/?", "/", ""), ("//a//b", "//a//b", nil),
      ("/a;b=c/d", "/a;b=c/d", nil), ("/a|{}^\"<>`'", "/a|{}^\"<>`'", nil), ("/...", "/...", nil),
      ("/a../..b/.c", "/a../..b/.c", nil),
      ("/a?../%zz/\\", "/a", "../%zz/\\"), ("/a:b@c", "/a:b@c", nil), ("/*", "/*", nil),
      ("/a%252e%252e/", "/a%252e%252e/", nil),
    ] as [(String, String, String?)])
  func originForm(target: String, path: String, query: String?) {
    let parts = whole(Self.read(target))
    #expect(parts?.path == path)
    #expect(parts?.matchPath == path)
    #expect(parts?.query == query)
    #expect(parts?.pathAndQuery == target)
    #expect(parts?.isAsterisk == false)
  }

  @Test(
    "RFC 3986 §6.2.2: for matching, unreserved octets are decoded and hex digits upper-cased",
    arguments: [
      ("/%61%7e%2D", "/a~-"), ("/%c3%a9", "/%C3%A9"), ("/a%2fb", "/a%2Fb"), ("/a%2eb", "/a.b"), ("/%25", "/%25"),
      ("/%2E%2e%2e", "/..."), ("/a%3fb", "/a%3Fb"), ("/%5Ca", "/%5Ca"), ("/%3b", "/%3B"), ("/a%20b", "/a%20b"),
    ])
  func matchPath(path: String, match: String) {
    let parts = whole(Self.read("\(path)?%61"))
    #expect(parts?.path == path)
    #expect(parts?.matchPath == match)
    #expect(parts?.pathAndQuery == "\(path)?%61")
  }

  @Test(
    "where an origin could read another path, it is refused",
    arguments: [
      ("/.", TargetError.dotSegment), ("/..", .dotSegment), ("/./a", .dotSegment), ("/a/../b", .dotSegment),
      ("/a/..", .dotSegment), ("/..?x", .dotSegment), ("/%2e", .dotSegment), ("/.%2E/", .dotSegment),
      ("/a/%2e%2e/b", .dotSegment), ("/..;/", .dotSegment), ("/..;a=b/c", .dotSegment), ("/.;", .dotSegment),
      ("/%2e%2e;a", .dotSegment), ("/..%3ba", .dotSegment), ("/a%2F..%2Fb", .dotSegment), ("/..%2fa", .dotSegment),
      ("/a%5C..", .dotSegment), ("/..%5ca", .dotSegment), ("/a%5c.%5Cb", .dotSegment), ("/a/..%2f", .dotSegment),
      ("/a\\b", .badOctet), ("/a#b", .badOctet), ("/a?b#c", .badOctet), ("/a b", .badOctet), ("/a?b c", .badOctet),
      ("/a\tb", .badOctet), ("/a\u{7F}", .badOctet), ("/a?\u{1}", .badOctet), ("/caf\u{E9}", .badOctet),
      ("/%", .badEscape), ("/%2", .badEscape), ("/%2?a", .badEscape), ("/%zz", .badEscape), ("/%0g", .badEscape),
      ("/%00", .badEscape), ("/a%00b", .badEscape), ("/%u0041", .badEscape),
    ])
  func refused(target: String, error: TargetError) {
    #expect(Self.read(target) == .refused(error))
    #expect(Self.read("http://a\(target)") == .refused(error))
    #expect(error.status == 400)
  }

  @Test("octets above 0x7E may stand in a query alone, which is opaque")
  func obsText() throws {
    var target = Target()
    let host = Array("a".utf8)
    try target.assign(form: [0x2F, 0x3F, 0xE9].span, host: host.span, method: .get, scheme: .http)
    #expect(target.pathAndQuery.count == 3)
    for octet in UInt8(0x7F)...0xFF {
      let form: [UInt8] = [0x2F, octet]
      #expect(throws: TargetError.badOctet) {
        try target.assign(form: form.span, host: host.span, method: .get, scheme: .http)
      }
    }
  }

  @Test(
    "§3.2.2: the absolute form's authority wins over Host",
    arguments: [
      ("http://B.example/x?y", "b.example", "/x", "y"), ("HTTP://b:80/", "b", "/", nil), ("http://b", "b", "/", nil),
      ("http://b?y", "b", "/", "y"), ("http://b/http://c", "b", "/http://c", nil),
    ] as [(String, String, String, String?)])
  func absoluteForm(target: String, host: String, path: String, query: String?) {
    let parts = whole(Self.read(target, host: "other:81"))
    #expect(parts?.host == host)
    #expect(parts?.authority == host)
    #expect(parts?.port == 80)
    #expect(parts?.path == path)
    #expect(parts?.query == query)
  }

  @Test("an absolute form with another scheme than the transport's is refused")
  func otherScheme() {
    #expect(Self.read("https://a/", scheme: .http) == .refused(.otherScheme))
    #expect(Self.read("http://a/", scheme: .https) == .refused(.otherScheme))
    #expect(Self.read("ftp://a/", scheme: .http) == .refused(.otherScheme))
    #expect(whole(Self.read("https://a/", scheme: .https))?.port == 443)
  }

  @Test(
    "§3.2: what is none of the forms is refused",
    arguments: [
      ("", Method.get), ("a", .get), ("a/b", .get), ("*", .get), ("*", .post), ("**", .options), ("http:/a", .get),
      ("http:", .get), ("?a", .get), ("a:80", .get), ("a:80", .connect), ("http://a/", .connect), (":", .get),
      ("\\", .get),
    ])
  func noForm(target: String, method: Method) { #expect(Self.read(target, method: method) == .refused(.form)) }

  @Test("§3.2.4: asterisk-form with OPTIONS alone", arguments: ["*", "http://a"])
  func asterisk(target: String) {
    let parts = whole(Self.read(target, method: .options))
    #expect(parts?.isAsterisk == true)
    #expect(parts?.pathAndQuery == "*")
    #expect(parts?.matchPath == "*")
    #expect(parts?.host == "a")
  }

  @Test(
    "RFC 3986 §3.2.2: the host is lower-case, without final dot and default port",
    arguments: [
      ("WWW.MyGov.scot", Scheme.https, "www.mygov.scot", UInt16(443), "www.mygov.scot"),
      ("a.b.:443", .https, "a.b", 443, "a.b"), ("a:80", .https, "a", 80, "a:80"), ("a:", .http, "a", 80, "a"),
      ("a:8080", .http, "a", 8080, "a:8080"), ("127.0.0.1:1", .http, "127.0.0.1", 1, "127.0.0.1:1"),
      ("[::1]", .http, "[::1]", 80, "[::1]"), ("[2001:DB8::a]:81", .http, "[2001:db8::a]", 81, "[2001:db8::a]:81"),
      ("a_b-c~", .http, "a_b-c~", 80, "a_b-c~"), ("a:00080", .http, "a", 80, "a"),
      ("a:65535", .http, "a", 65_535, "a:65535"),
    ])
  func host(text: String, scheme: Scheme, host: String, port: UInt16, authority: String) {
    for target in ["/", "\(scheme.text)://\(text)/"] {
      let parts = whole(Self.read(target, host: text, scheme: scheme))
      #expect(parts?.host == host)
      #expect(parts?.port == port)
      #expect(parts?.authority == authority)
      #expect(parts?.path == "/")
    }
  }

  @Test(
    "RFC 9110 §4.2.4, §7.2: what names no host is refused",
    arguments: [
      "u@a", "u:p@a", ".", "..", ".a", "a..b", "a..", "a:b", "a:65536", "a:000080", "a:-1", "a:80:80", ":80", "a b",
      "a,b",
      "a/b", "a%62", "a\u{E9}", "a\u{0}", "[::1", "[]", "[:::]", "[1]", "[::1]a", "[::1]:x", "[::1%25eth0]", "[v1.a]",
      "a[::1]",
      String(repeating: "a", count: 255),
    ])
  func badHost(host: String) {
    #expect(Self.read("/", host: host) == .refused(.badHost))
    if !host.contains("/") { #expect(Self.read("http://\(host)/") == .refused(.badHost)) }
  }

  @Test("§3.2: an HTTP/1.0 request without Host has none")
  func withoutHost() {
    let parts = whole(Self.read("/a", host: "", scheme: .https))
    #expect(parts?.host == "")
    #expect(parts?.authority == "")
    #expect(parts?.port == 443)
    #expect(parts?.path == "/a")
    #expect(Self.read("http:///a") == .refused(.badHost))
  }

  @Test("a target that is assigned anew, or in vain, keeps nothing of the former one")
  func recycled() throws {
    var target = Target()
    let (host, form, root) = (Array("host.example:81".utf8), Array("/%61bc?d".utf8), Array("/".utf8))
    try target.assign(form: form.span, host: host.span, method: .get, scheme: .https)
    #expect(throws: TargetError.dotSegment) {
      try target.assign(form: Array("/../a".utf8).span, host: host.span, method: .get, scheme: .https)
    }
    #expect(Self.parts(of: target) == Self.parts(of: Target()))
    try target.assign(form: root.span, host: Span(), method: .get, scheme: .http)
    #expect(
      Self.parts(of: target)
        == Parts(host: "", port: 80, authority: "", path: "/", matchPath: "/", query: nil, pathAndQuery: "/"))
  }

  @Test("what is longer than a head can be is refused")
  func tooLong() {
    #expect(Self.read("/" + String(repeating: "a", count: Target.octetLimit)) == .refused(.tooLong))
  }
}

@Suite("RFC 3986 §3.2.2: IPv6 literals")
struct AuthorityTests {
  @Test(
    "are held to the grammar",
    arguments: [
      ("::", true), ("::1", true), ("1::", true), ("1:2:3:4:5:6:7:8", true), ("1::8", true), ("::ffff:1.2.3.4", true),
      ("1:2:3:4:5:6:1.2.3.4", true), ("1:2:3:4:5:6:7::", true), ("1:2:3:4:5:6:7", false), ("1:2:3:4:5:6:7:8:9", false),
      ("1::2::3", false), (":1", false), ("1:", false), (":", false), ("12345::", false), ("g::", false),
      ("::1.2.3", false), ("::1.2.3.256", false), ("::1.2.3.04", false), ("1.2.3.4", false), ("::1.2.3.4:5", false),
      ("1:2:3:4:5:6:7::8", false), (":::", false), ("::1 ", false), ("::1.2.3.4.5", false), ("::.1.2.3", false),
    ])
  func literal(address: String, isValid: Bool) {
    let octets = Array("[\(address)]".utf8)
    #expect((Authority(octets.span) != nil) == isValid)
  }
}
