import Testing

@Suite("What enables request smuggling is a 400 and a close (RFC 9112 §11.2)")
struct SmugglingTests {
  /// A whole request after its name. What follows a refused one must never be read as a request.
  typealias Case = (name: String, request: String)

  static let host = "Host: test.example\r\n"
  static func fields(_ lines: String) -> String { "POST / HTTP/1.1\r\n\(host)\(lines)\r\n\r\n" }
  static func line(_ line: String) -> String { "\(line)\r\n\(host)\r\n" }
  static func target(_ target: String) -> String { line("GET \(target) HTTP/1.1") }

  static let framing: [Case] = [
    ("a length beside a coding", fields("Content-Length: 3\r\nTransfer-Encoding: chunked") + "0\r\n\r\n"),
    ("a coding beside a length", fields("Transfer-Encoding: chunked\r\nContent-Length: 3") + "0\r\n\r\n"),
    ("two codings", fields("Transfer-Encoding: gzip, chunked")),
    ("chunked twice", fields("Transfer-Encoding: chunked, chunked")),
    ("chunked on two lines", fields("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked")),
    ("a second coding on its line", fields("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity")),
    ("identity", fields("Transfer-Encoding: identity")),
    ("an unknown coding", fields("Transfer-Encoding: xchunked")),
    ("a coding with a parameter", fields("Transfer-Encoding: chunked;q=1")),
    ("a quoted coding", fields("Transfer-Encoding: \"chunked\"")),
    ("an empty coding", fields("Transfer-Encoding:")),
    ("a vertical tab before the coding", fields("Transfer-Encoding: \u{0B}chunked")),
    ("a coding in HTTP/1.0", "POST / HTTP/1.0\r\n\(host)Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    ("differing lengths", fields("Content-Length: 3\r\nContent-Length: 4") + "abcd"),
    ("the same length twice", fields("Content-Length: 3\r\nContent-Length: 3") + "abc"),
    ("a list of lengths", fields("Content-Length: 3, 3") + "abc"),
    ("a signed length", fields("Content-Length: +3") + "abc"),
    ("a negative length", fields("Content-Length: -1")),
    ("a hexadecimal length", fields("Content-Length: 0x3") + "abc"),
    ("an empty length", fields("Content-Length:")),
    ("a length with a blank in it", fields("Content-Length: 1 2")),
    ("a length beyond 64 bits", fields("Content-Length: 18446744073709551616")),
    ("a length of many digits", fields("Content-Length: 99999999999999999999999999")),
  ]

  static let syntax: [Case] = [
    ("a bare LF after the request line", "GET / HTTP/1.1\n\(host)\r\n"),
    ("a bare LF after a field", "GET / HTTP/1.1\r\nHost: test.example\n\r\n"),
    ("bare LFs alone", "GET / HTTP/1.1\nHost: test.example\n\n"),
    ("a bare CR in a value", fields("X-A: b\rc")),
    ("a bare CR in the request line", "GET /\r HTTP/1.1\r\n\(host)\r\n"),
    ("NUL in a value", fields("X-A: b\u{0}c")),
    ("NUL in a name", fields("X\u{0}A: b")),
    ("a control in a value", fields("X-A: b\u{1}c")),
    ("a space before the colon", fields("X-A : b")),
    ("a space before a length's colon", fields("Content-Length : 3") + "abc"),
    ("a tab before the colon", fields("X-A\t: b")),
    ("a folded line", fields("X-A: b\r\n c")),
    ("a folded first line", "GET / HTTP/1.1\r\n X-A: b\r\n\(host)\r\n"),
    ("no name", fields(": b")),
    ("no colon", fields("X-A")),
    ("a name that is no token", fields("X(A): b")),
    ("two spaces", line("GET  / HTTP/1.1")),
    ("a space at the line's end", line("GET / HTTP/1.1 ")),
    ("a tab", line("GET\t/ HTTP/1.1")),
    ("no version", line("GET /")),
    ("a small version", line("GET / http/1.1")),
    ("a method that is no token", line("G@T / HTTP/1.1")),
    ("no method", line(" / HTTP/1.1")),
  ]

  static let hosts: [Case] =
    [
      ("no host", "GET / HTTP/1.1\r\nX-A: b\r\n\r\n"),
      ("two hosts", "GET / HTTP/1.1\r\n\(host)\(host)\r\n"),
      ("two hosts under an absolute form", "GET http://test.example/ HTTP/1.1\r\n\(host)Host: evil\r\n\r\n"),
    ]
    + ["", "a b", "a/b", "user@a", "a:99999", "a:x", "a:-1", "[::1", "::1", "a,b", "a\\b", "a?b", "a#b", "%zz"].map {
      ("host `\($0)`", "GET / HTTP/1.1\r\nHost: \($0)\r\n\r\n")
    }

  static let targets: [Case] = [
    "*", "a", "?a", "/../a", "/a/..", "/a/./b", "/.", "/%2e%2E/a", "/a/%2e", "/a/..;/b", "/a/..;x=1/b", "/a/.%2e;/b",
    "/a%2F..%2Fb", "/a%2f..", "/a%5C..%5Cb", "/..%5Ca", "/%", "/%4", "/%zz", "/%00", "/a\\b", "/\u{7F}", "/é",
    "http:///a", "http://user@test.example/", "https://test.example/", "ftp://test.example/", "http://a b/",
  ].map { ("target `\($0)`", target($0)) }

  enum Table: String, CaseIterable {
    case framing, syntax, hosts, targets

    var cases: [Case] {
      switch self {
      case .framing: SmugglingTests.framing
      case .syntax: SmugglingTests.syntax
      case .hosts: SmugglingTests.hosts
      case .targets: SmugglingTests.targets
      }
    }
  }

  @Test("refused, and the origin never hears of it", arguments: Table.allCases)
  func refused(table: Table) throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint)) { yett in
      for (name, request) in table.cases {
        let client = try yett.connect()
        client.offer(request + .get("/smuggled"))
        do {
          let answer = try client.answer()
          #expect(answer.status == 400, "\(name)")
          #expect(answer["Connection"]?.lowercased() == "close", "\(name)")
          #expect(!answer.text.contains("smuggled"), "\(name)")
          #expect(try client.rest().octets == [], "\(name): nothing follows")
        } catch { Issue.record("\(name): \(error)") }
      }
      #expect(try origin.waiting() == nil)
    }
  }

  @Test("a request of another major version is a 505, and closed")
  func version() throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint)) { yett in
      for version in ["HTTP/2.0", "HTTP/0.9", "HTTP/3.0"] {
        let client = try yett.connect()
        try client.send("GET / \(version)\r\nHost: test.example\r\n\r\n")
        #expect(try [400, 505].contains(client.answer().status), "\(version)")
        #expect(try client.rest().octets == [])
      }
      #expect(try origin.waiting() == nil)
    }
  }

  @Test("a refused request takes the ones before it not along")
  func before() throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint)) { yett in
      let client = try yett.connect()
      try client.send(.get("/good") + Self.fields("Content-Length: x"))
      #expect(try origin.answer(.ok("good")).request.target == "/good")
      #expect(try client.answer().text == "good")
      #expect(try client.answer().status == 400)
      #expect(try client.rest().octets == [])
    }
  }

  @Test("what goes on is serialised anew from what was parsed")
  func anew() throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint)) { yett in
      let client = try yett.connect()
      try client.send("POST /a HTTP/1.1\r\nHOST:   test.example  \r\nx-a:\tb\t\r\ncontent-LENGTH: 003\r\n\r\nabc")
      let inside = try origin.accept()
      let head = try inside.head()
      #expect(head.line == "POST /a HTTP/1.1")
      #expect(head.all("Host") == ["test.example"] && head.all("Content-Length") == ["3"] && head.all("X-A") == ["b"])
      #expect(try inside.octets(3) == Array("abc".utf8))
      try inside.send(.ok())
      #expect(try client.answer(to: "POST").status == 200)
    }
  }
}
