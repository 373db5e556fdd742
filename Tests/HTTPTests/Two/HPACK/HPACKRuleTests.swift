import Bytes
import HTTP
import Testing

/// What a request over HTTP/2 may not say, and what it means.
@Suite("RFC 9113 §8.1 to §8.3: a request's head")
struct HPACKRuleTests {
  /// As literals, and once more as what the table has: the rules are the same for both.
  private func read(_ fields: FieldList, endsStream: Bool = true) -> BlockOutcome {
    var reader = Reader()
    var other = Reader()
    let outcome = reader.read(fields, endsStream: endsStream)
    let referred = other.readReferred(fields, endsStream: endsStream)
    if case (.whole(var literal), .whole(let head)) = (outcome, referred) {
      literal.length = fields.count
      #expect(head == literal)
    } else {
      #expect(referred == outcome)
    }
    return outcome
  }

  private func read(_ more: (String, String)..., endsStream: Bool = true) -> BlockOutcome {
    read(get + more.map { (name: $0.0, value: $0.1) }, endsStream: endsStream)
  }

  /// What comes of `get` with one more field.
  private func fault(_ name: String, _ value: String) -> HeadFault? {
    if case .malformed(let fault) = read((name, value)) { fault } else { nil }
  }

  @Test("§8.3: a head becomes the lines of HTTP/1")
  func lines() throws {
    var reader = Reader()
    let outcome = reader.read(
      get + [("accept", "*/*"), ("x_y", "1"), ("x-empty", ""), ("accept-language", "en\ten, \u{E9}")], endsStream: false
    )
    let head = try #require(outcome.head)
    #expect(head.method == .get && head.methodName == "GET" && head.target == "/" && head.host == "a.example")
    #expect(head.version == .http2 && head.keepsAlive && head.framing == .chunked && !head.expectsContinue)
    #expect(head.mayHaveUnderscores)
    #expect(
      try reader.lines()
        == "host: a.example\r\naccept: */*\r\nx_y: 1\r\nx-empty: \r\naccept-language: en\ten, \u{E9}\r\n")
    #expect(try reader.target() == ("/", "a.example"))
  }

  @Test("§8.3.1: pseudo-fields in any order, methods that nobody knows")
  func order() throws {
    let head = try #require(
      read([(":path", "/a?b"), (":authority", "A.example:8443"), (":method", "M-SEARCH"), (":scheme", "HTTPS")]).head)
    #expect(head.method == .other && head.methodName == "M-SEARCH" && head.target == "/a?b")
    #expect(head.host == "A.example:8443" && head.fields == ["host=A.example:8443"])
  }

  @Test(
    "§8.2.1: names are lower-case tokens",
    arguments: [
      "", "A", "aB", "content-lengtH", "HOST", "a b", "a:", "a\u{0}", "\u{E9}", "a\r\nb", "x-aaaaaaaaaaaaaaaaA",
    ])
  func names(name: String) { #expect(fault(name, "1") == .badFieldName) }

  @Test("§8.2.1: other tokens are names", arguments: ["a", "x-1", "_", "!#$%&'*+-.^_`|~09az"])
  func odd(name: String) { #expect(read((name, "1")).head?.fields.last == "\(name)=1") }

  @Test(
    "§8.2.1: values have no control character",
    arguments: [
      "\r", "\n", "\u{0}", "a\r\nb: c", "a\nb", "a\u{0}", "a\u{1F}b", "\u{7F}", "aaaaaaaaaaaaaaaaaaaaaaa\u{B}a",
    ])
  func controls(value: String) {
    for name in ["x", "cookie", "host"] { #expect(fault(name, value) == .controlInField) }
  }

  @Test("§8.2.1: values have no white space around them", arguments: [" a", "a ", "\ta", "a\t", " ", "\t"])
  func space(value: String) {
    for name in ["x", "cookie", "host"] { #expect(fault(name, value) == .spaceAroundValue) }
  }

  @Test(
    "§8.2.2: no field speaks of the connection",
    arguments: ["connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"])
  func connection(name: String) {
    #expect(fault(name, "") == .connectionField)
    #expect(fault(name, "chunked") == .connectionField)
    #expect(fault(name.uppercased(), "chunked") == .badFieldName)
  }

  @Test("§8.2.2: te is trailers, or not there")
  func te() throws {
    #expect(read(("te", "trailers")).head?.removed == ["te"])
    for value in ["", "gzip", "trailers, gzip", "trailers;q=1"] { #expect(fault("te", value) == .badTE) }
  }

  @Test(
    "§8.3: pseudo-fields that no request has",
    arguments: [":status", ":protocol", ":Path", ":", ":host", ":path ", ":method:"])
  func unknown(name: String) { #expect(fault(name, "200") == .unknownPseudoField) }

  @Test("§8.3: pseudo-fields come first, and once", arguments: get.indices)
  func places(index: Int) {
    #expect(read(get + [get[index]]) == .malformed(.repeatedPseudoField))
    var late = get + [("accept", "*/*")]
    late.append(late.remove(at: index))
    #expect(read(late) == .malformed(.pseudoFieldBehindFields))
    for field in [(name: "cookie", value: "a"), ("x_y", ""), ("host", "a.example")] {
      var behind = get + [field]
      behind.append(behind.remove(at: index))
      #expect(read(behind) == .malformed(.pseudoFieldBehindFields))
    }
  }

  @Test("§8.3.1: pseudo-fields that must be there", arguments: [0, 1, 3])
  func missing(index: Int) {
    var fields = get
    fields.remove(at: index)
    #expect(read(fields) == .malformed(.missingPseudoField))
    #expect(read([]) == .malformed(.missingPseudoField))
  }

  @Test("RFC 9110 §9.1: :method is a token", arguments: ["", "GE T", "GET ", "G\r\nET", "\u{E9}"])
  func methods(value: String) { #expect(read(get.setting(":method", value)) == .malformed(.badMethod)) }

  @Test("§8.3.1: :scheme is the connection's", arguments: ["http", "", "httpss", "ftp", "https:"])
  func schemes(value: String) {
    #expect(read(get.setting(":scheme", value)) == .malformed(.otherScheme))
  }

  @Test(
    "§8.3.1: :path is a path, or the * of OPTIONS",
    arguments: ["", "a", "*", "https://a.example/", "/a b", "/\u{0}", "/a\r\n", "?a", " /", "/ HTTP/1.1\r\nx: y"])
  func paths(value: String) {
    #expect(read(get.setting(":path", value)) == .malformed(.badPath))
  }

  @Test("§8.3.1: OPTIONS asks of the server")
  func asterisk() throws {
    var reader = Reader()
    let fields = get.setting(":path", "*").setting(":method", "OPTIONS")
    #expect(reader.read(fields).head?.target == "*")
    #expect(try reader.target().path == "*")
    #expect(read(fields.setting(":path", "**")) == .malformed(.badPath))
  }

  @Test(
    "§8.3.1: :authority is a host without userinfo",
    arguments: ["", "u@a", "u:p@a", "a b", "a,b", "a:x", "/a", "a:1:2"])
  func authorities(value: String) {
    #expect(read(get.setting(":authority", value)) == .malformed(.badAuthority))
  }

  @Test(
    "§8.3.1: host beside :authority says the same, and is not passed twice",
    arguments: [
      ("a.example", "a.example"), ("A.Example", "a.example"), ("a.example:443", "a.example"),
      ("a.example", "a.example:443"),
      ("a.example.", "a.example"), ("[::1]:8443", "[::1]:8443"),
    ])
  func sameHost(authority: String, host: String) throws {
    let head = try #require(read(get.setting(":authority", authority) + [("host", host)]).head)
    #expect(head.host == authority && head.fields == ["host=\(authority)"])
  }

  @Test(
    "§8.3.1: another host beside :authority",
    arguments: ["b.example", "a.example:8443", "a.example:80", "", "a b", "u@a.example", "a.exampl"])
  func otherHost(host: String) {
    #expect(fault("host", host) == .otherHost)
    #expect(read(("host", "a.example"), ("host", host)) == .malformed(.otherHost))
  }

  @Test("§8.3.1: without :authority host stands for it")
  func hostAlone() throws {
    let bare = get.without(":authority")
    let head = try #require(read(bare + [("accept", "*/*"), ("host", "a.example:8443")]).head)
    #expect(head.host == "a.example:8443" && head.fields == ["accept=*/*", "host=a.example:8443"])
    #expect(read(bare) == .malformed(.missingHost))
    #expect(read(bare + [("host", "a"), ("host", "a")]) == .malformed(.repeatedHost))
    #expect(read(bare + [("host", "")]) == .malformed(.otherHost))
    #expect(read(bare + [("host", "a, b")]) == .malformed(.otherHost))
  }

  @Test("§8.5: CONNECT has an authority and no target")
  func connect() throws {
    var reader = Reader()
    let fields = [(name: ":method", value: "CONNECT"), (name: ":authority", value: "a.example:443")]
    let head = try #require(reader.read(fields).head)
    #expect(head.method == .connect && head.target == "/" && head.host == "a.example:443")
    #expect(try reader.target() == ("/", "a.example"))
    #expect(read(Array(fields[..<1])) == .malformed(.missingPseudoField))
    #expect(read(fields[..<1] + [("host", "a.example:443")]) == .malformed(.missingPseudoField))
    for more in [(":scheme", "https"), (":path", "/")] {
      #expect(read(fields + [more]) == .malformed(.connectWithTarget))
    }
  }

  @Test("§8.1.1: content-length is the framing")
  func length() throws {
    #expect(read(("content-length", "42"), endsStream: false).head?.framing == .length(42))
    #expect(read(("content-length", "0"), endsStream: false).head?.framing == .length(0))
    #expect(read(("content-length", "0")).head?.framing == .length(0))
    #expect(read().head?.framing == BodyFraming.none)
    #expect(read(endsStream: false).head?.framing == .chunked)
    #expect(read(("content-length", "1")) == .malformed(.lengthWithoutBody))
    #expect(read(("content-length", "1")).head?.removed == nil)
  }

  @Test(
    "§8.1.1: what is no content-length",
    arguments: ["", "+5", "-5", "5 5", "0x5", "5.0", "9223372036854775808", "99999999999999999999999999"])
  func badLength(value: String) {
    #expect(read(("content-length", value), endsStream: false) == .malformed(.badLength))
  }

  @Test("§8.1.1: content-length is said once", arguments: ["5", "6"])
  func repeatedLength(value: String) {
    #expect(
      read(("content-length", "5"), ("content-length", value), endsStream: false) == .malformed(.repeatedLength))
    #expect(read(("content-length", "5, \(value)"), endsStream: false) == .malformed(.repeatedLength))
  }

  @Test("RFC 9110 §10.1.1: expectations")
  func expectations() {
    #expect(read(("expect", "100-continue"), endsStream: false).head?.expectsContinue == true)
    #expect(read(("expect", "100-Continue"), ("content-length", "5"), endsStream: false).head?.expectsContinue == true)
    #expect(read(("expect", "100-continue"), ("content-length", "0"), endsStream: false).head?.expectsContinue == false)
    #expect(read(("expect", "100-continue")).head?.expectsContinue == false)
    #expect(read(("expect", "x"), endsStream: false) == .refused(.unknownExpectation))
    #expect(HeadError.unknownExpectation.status == 417)
  }

  @Test(
    "§8.2.3: crumbs of cookies are joined",
    arguments: [
      (["c=1"], "c=1"), (["c=1", "d=2", "e=3"], "c=1; d=2; e=3"), (["c=1", "-", "d=2"], "c=1; d=2"),
      (["-", "c=1", "d=2", "-", "e=3", "-", "f=4", "g=5"], "c=1; d=2; e=3; f=4; g=5"), (["", "c=1"], "; c=1"),
    ])
  func cookies(crumbs: [String], value: String) throws {
    let more: FieldList = crumbs.enumerated().map { $1 == "-" ? ("x-\($0)", "-") : ("cookie", $1) }
    let head = try #require(read(get + more).head)
    var reader = Reader()
    #expect(reader.read(get + more).head == head)
    #expect(head.fields.filter { $0.hasPrefix("cookie=") } == ["cookie=\(value)"])
    #expect(head.fields.count == 2 + crumbs.count { $0 == "-" })
    #expect(try reader.lines().split(separator: "\r\n").count == head.fields.count)
  }

  @Test("§8.1: trailers are checked, and have no pseudo-fields")
  func trailers() throws {
    var reader = Reader()
    #expect(try reader.readTrailers(Block.literals([("x-sum", "1"), ("x-sum", "2")])) == .whole)
    #expect(try reader.readTrailers([]) == .whole)
    let faults: [(FieldList.Element, HeadFault)] = [
      ((":path", "/"), .pseudoFieldInTrailers), ((":status", "200"), .unknownPseudoField), (("X", ""), .badFieldName),
      (("x", "\n"), .controlInField), (("te", "gzip"), .badTE), (("x", " "), .spaceAroundValue),
      (("transfer-encoding", "chunked"), .connectionField),
    ]
    for (field, fault) in faults {
      #expect(try reader.readTrailers(Block.literals([("a", "b"), field, ("c", "d")])) == .malformed(fault))
    }
    #expect(reader.read(get).head?.target == "/")
  }

  @Test("each reason has words of its own")
  func words() {
    #expect(Set(HeadFault.allCases.map(\.description)).count == HeadFault.allCases.count)
    #expect(Set(HPACKError.allCases.map(\.description)).count == HPACKError.allCases.count)
    #expect(HPACKError.compression.code == 9 && HPACKError.flood.code == 11 && HPACKError.exhausted.code == 2)
  }
}
