import Testing

@Suite("HTTP/2 towards an origin of HTTP/1.1: nothing is smuggled (RFC 9113 §8.2.1, §10.3)")
struct DowngradeTests {
  /// What a good head is made of, and how it is spoilt.
  typealias Case = (name: String, change: @Sendable (Fields) -> Fields)

  static func more(_ fields: Fields) -> @Sendable (Fields) -> Fields { { $0 + fields } }
  static func with(_ name: String, _ value: String) -> @Sendable (Fields) -> Fields { { $0.with(name, value) } }

  static let characters: [Case] =
    ["a\r\nx-b: 1", "a\nb", "a\rb", "a\u{0}b", "\u{0}", "\r\n\r\nGET /smuggled HTTP/1.1\r\nhost: a\r\n\r\n"].map {
      ("the value \($0.debugDescription)", more(["x-a": $0]))
    }
    + [" a", "a ", "\ta", "a\t"].map { ("the value \($0.debugDescription)", more(["x-a": $0])) }
    + [
      "X-A", "x-A", "x a", "x-a:", "x:a", "x-a\r\nx-b", "x-a\n", "x\u{0}a", "", " ", "x-a ", " x-a", "x\u{7F}a", "x-é",
      "x-a\r\ntransfer-encoding", "(x)", "x-a: b\r\nx-c",
    ].map { ("the name \($0.debugDescription)", more([$0: "1"])) }

  static let fields: [Case] =
    [
      ["connection": "close"], ["connection": "x-a"], ["keep-alive": "timeout=5"], ["proxy-connection": "keep-alive"],
      ["transfer-encoding": "chunked"], ["transfer-encoding": "identity"], ["upgrade": "h2c"], ["te": "gzip"],
      ["te": "trailers, gzip"], ["te": "chunked"], ["te": "trailers;q=0.5"],
    ].map { (fields: Fields) in ("\(fields)", more(fields)) }
    + ["", "x", "-1", "+1", "0x1", "1 1", "1,1", "1, 2", "18446744073709551616", "٣"].map {
      ("content-length: \($0)", more(["content-length": $0]))
    } + [
      ("two lengths", more(["content-length": "0", "content-length": "3"])),
      ("the same length twice", more(["content-length": "0", "content-length": "0"])),
      ("a length, and no body", more(["content-length": "3"])),
    ]

  static let targets: [Case] =
    [
      ("no authority and no host", { $0.without(":authority") }),
      ("an empty authority", with(":authority", "")),
      ("a host that is another", more(["host": "evil.example"])),
      ("two hosts", { $0.without(":authority") + ["host": "test.example", "host": "test.example"] }),
      ("two authorities", more([":authority": "test.example"])),
      ("an unknown pseudo-header field", more([":x": "1"])),
      ("one that is of answers", more([":status": "200"])),
      (":protocol that was not offered", more([":protocol": "websocket"])),
      ("a pseudo-header field behind another", { ["x-a": "1"] + $0 }),
      ("a pseudo-header field in capitals", { $0.without(":path") + [":Path": "/"] }),
    ]
    + ["a b", "user@test.example", "a/b", "a:x", "a:99999", "a\r\nhost: b", "a,b", "a?b", "a#b"].map {
      ("authority \($0.debugDescription)", with(":authority", $0))
    }
    + ["", "a", "?a", "*", "http://test.example/", "//\r\n", "/a b", "/a\r\nx: y", "/ HTTP/1.1\r\nx: y", "/#a", "/é"]
    .map {
      ("path \($0.debugDescription)", with(":path", $0))
    } + ["/../a", "/a/%2e%2e/b", "/a/..;/b", "/%00", "/%zz", "/a\\b"].map { ("path \($0)", with(":path", $0)) }
    + ["", "ftp", "HTTPX", "http, https", "http\r\n"].map { ("scheme \($0.debugDescription)", with(":scheme", $0)) } + [
      ("the other door's scheme", { $0.with(":scheme", $0[":scheme"] == "http" ? "https" : "http") })
    ]
    + ["", "G T", "G@T", "GET /smuggled HTTP/1.1\r\nx: y\r\n\r\nGET", "GET\n", "GÉT"].map {
      ("method \($0.debugDescription)", with(":method", $0))
    }

  enum Table: String, CaseIterable {
    case characters, fields, targets

    var cases: [Case] {
      switch self {
      case .characters: DowngradeTests.characters
      case .fields: DowngradeTests.fields
      case .targets: DowngradeTests.targets
      }
    }
  }

  /// How a request without business is turned away: RST_STREAM with PROTOCOL_ERROR, or 400.
  static func expectRefusal(_ client: HTTP2Client, _ stream: UInt32, _ name: String) throws {
    let frame = try client.next("a refusal") { $0.ends(stream) || $0.isHead(of: stream) }
    if frame.kind == .headers {
      #expect(frame.fields[":status"] == "400", "\(name): \(frame)")
    } else {
      #expect(frame.kind == .resetStream && frame.code == .protocolError, "\(name): \(frame)")
    }
  }

  @Test("refused, and the origin never hears of it; the connection goes on", arguments: Table.allCases, Door.allCases)
  func refused(table: Table, door: Door) throws {
    let origin = try Origin()
    try withHTTP2(Setup(origin.endpoint)) { yett in
      for (name, change) in table.cases {
        do {
          let client = try yett.open(door)
          try Self.expectRefusal(client, client.request(head: change(client.head())), name)
          try client.fence()
        } catch { Issue.record("\(name): \(error)") }
      }
      #expect(try origin.waiting() == nil)
      let client = try yett.open(door)
      let stream = try client.request()
      try origin.answer(.ok("good"))
      #expect(try client.answer(of: stream).text == "good")
    }
  }

  @Test("CONNECT and TRACE are refused", arguments: ["CONNECT", "TRACE"])
  func methods(method: String) throws {
    let origin = try Origin()
    try withHTTP2(Setup(origin.endpoint)) { yett in
      let client = try yett.open()
      let head = client.head(method: method)
      let stream = try client.request(head: method == "CONNECT" ? head.without(":scheme").without(":path") : head)
      let frame = try client.next("a refusal") { $0.ends(stream) || $0.isHead(of: stream) }
      #expect(frame.kind == .resetStream || ["400", "405", "501"].contains(frame.fields[":status"]), "\(frame)")
      #expect(try origin.waiting() == nil)
    }
  }

  /// A length and the DATA that come instead; the last one ends the stream.
  static let mismatches: [(length: Int, parts: [String])] = [
    (5, ["abc"]), (5, ["ab", "c"]), (5, [""]), (3, ["abcde"]), (3, ["abc", "d"]), (0, ["a"]),
    (3, ["ab", "cGET / HTTP"]),
  ]

  @Test("§8.1.1: a body that differs from its length is never finished towards the origin", arguments: Door.allCases)
  func mismatched(door: Door) throws {
    let origin = try Origin()
    try withHTTP2(Setup(origin.endpoint)) { yett in
      for (length, parts) in Self.mismatches {
        let name = "\(length) promised, \(parts) sent"
        let client = try yett.open(door)
        let stream = try client.request(method: "POST", ["content-length": "\(length)"], ends: false)
        for (index, part) in parts.enumerated() {
          try client.send(.data(stream, part, index == parts.count - 1 ? .endStream : []))
        }
        try Self.expectRefusal(client, stream, name)
        try client.fence()
        guard let inside = try origin.waiting() else { continue }
        // What was good of it may have gone on: of too little never the end, of too much never more than the length.
        let text = try String(decoding: inside.rest().octets, as: UTF8.self)
        guard let end = text.range(of: "\r\n\r\n") else { continue }
        let isShort = parts.joined().utf8.count < length
        #expect(text[end.upperBound...].utf8.count < length + (isShort ? 0 : 1), "\(name)")
        #expect(!text.contains("GET / HTTP"), "\(name)")
      }
    }
  }

  @Test("§8.2.3: crumbs of a cookie arrive as one line")
  func cookies() throws {
    let origin = try Origin()
    try withHTTP2(Setup(origin.endpoint)) { yett in
      let client = try yett.open()
      let stream = try client.request("/", ["cookie": "a=1", "x-a": "b", "cookie": "b=2; c=3", "cookie": "d=4"])
      let head = try origin.answer(.ok()).request.head
      #expect(head.all("Cookie") == ["a=1; b=2; c=3; d=4"])
      #expect(try client.answer(of: stream).status == 200)
    }
  }

  @Test(
    "a request arrives as HTTP/1.1 with its host, and what clients say of their way is said anew",
    arguments: Door.allCases)
  func anew(door: Door) throws {
    let origin = try Origin()
    try withHTTP2(Setup(origin.endpoint)) { yett in
      let client = try yett.open(door)
      let stream = try client.request(
        "/a%20b?c=d",
        [
          "x-forwarded-for": "6.6.6.6", "x-forwarded-proto": "gopher", "via": "1.0 older", "te": "trailers",
          "host": "test.example", "x_forwarded_for": "6.6.6.6", "accept": "a", "accept": "b",
        ])
      let request = try origin.answer(.ok("hello", "Keep-Alive: 1", "Connection: x-b", "X-B: 1", "X-C: 2")).request
      #expect(request.head.line == "GET /a%20b?c=d HTTP/1.1" && request.head.all("Host") == ["test.example"])
      #expect(request.head.all("X-Forwarded-For") == ["127.0.0.1"] && request["X-Forwarded-Proto"] == door.scheme)
      #expect(request["Accept"] == "a, b" && request["X_Forwarded_For"] == nil && request["TE"] == nil)
      #expect(request["Via"]?.hasPrefix("1.0 older, 2") == true, "RFC 9110 §7.6.3")
      #expect(request["Transfer-Encoding"] == nil && request["Content-Length"] == nil)
      let answer = try client.answer(of: stream)
      #expect(answer.text == "hello" && answer["x-c"] == "2" && answer["content-length"] == "5")
      for name in ["connection", "keep-alive", "x-b", "transfer-encoding"] { #expect(answer[name] == nil, "\(name)") }
      #expect(answer.head.fields.allSatisfy { $0.name == $0.name.lowercased() })
    }
  }

  @Test("§8.3.1: a host without an authority will do, and one that says the same")
  func hostAlone() throws {
    let origin = try Origin()
    try withHTTP2(Setup(origin.endpoint)) { yett in
      let client = try yett.open()
      let stream = try client.request(head: client.head().without(":authority") + ["host": "test.example"])
      #expect(try origin.answer(.ok()).request.head.all("Host") == ["test.example"])
      #expect(try client.answer(of: stream).status == 200)
    }
  }

  @Test("§8.1: a body without a length arrives chunked, one with a length as it is; trailers are dropped")
  func bodies() throws {
    let origin = try Origin()
    try withHTTP2(Setup(origin.endpoint)) { yett in
      for length in ["", "8"] {
        let client = try yett.open()
        let fields: Fields = length.isEmpty ? [:] : ["content-length": length]
        let stream = try client.request(method: "POST", fields, ends: false)
        try client.send(.data(stream, "body"))
        let inside = try origin.accept()
        let head = try inside.head()
        #expect(head["Content-Length"] == (length.isEmpty ? nil : "8"))
        if length.isEmpty {
          #expect(head["Transfer-Encoding"] == "chunked")
          #expect(try inside.chunk() == "body".octets)
        } else {
          #expect(try inside.octets(4) == "body".octets)
        }
        let trailers = try client.coder.encode(["x-trailer": "1"])
        try client.send(Frame.data(stream, "more").padded(7), .headers(stream, trailers))
        if length.isEmpty {
          #expect(try inside.chunk() == "more".octets)
          #expect(try inside.octets(5) == "0\r\n\r\n".octets)
        } else {
          #expect(try inside.octets(4) == "more".octets)
        }
        #expect(inside.isQuiet)
        try inside.send(.ok("hello", "Connection: close"))
        inside.close()
        #expect(try client.answer(of: stream).text == "hello")
      }
    }
  }
}
