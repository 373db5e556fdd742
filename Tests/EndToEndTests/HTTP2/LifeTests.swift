import Glibc
import Testing

@Suite("HTTP/2: a connection's life, and answers that are not plain (RFC 9113 §6.8, §8.1)")
struct LifeTests {
  @Test(
    "§6.8: a drain is said twice; streams under way finish, and so does who asked meanwhile", arguments: Door.allCases)
  func drain(door: Door) throws {
    let (origin, folder) = (try Origin(), try TemporaryFolder())
    let yett = try Yett(Setup(origin.endpoint).overHTTP2(in: folder), in: folder)
    let client = try yett.open(door)
    client.answersPings = false
    let stream = try client.request("/first")
    let inside = try origin.accept()
    _ = try inside.request()
    yett.program.signal(SIGTERM)
    let warning = try client.next("the first GOAWAY") { $0.kind == .goAway }
    #expect(warning.code == .noError && warning.lastStream == .max >> 1)
    // Sent before the warning was read, for all that Yett knows.
    let crossing = try client.request("/crossing")
    let crossed = try origin.accept()
    #expect(try crossed.request().target == "/crossing")
    // It may ask whether we have read it, so as to know.
    client.answersPings = true
    for ping in client.kept where ping.kind == .ping {
      try client.send(Frame(kind: .ping, flags: .ack, payload: ping.payload))
    }
    let last = try client.next("the second GOAWAY") { $0.kind == .goAway }
    #expect(last.code == .noError && last.lastStream == crossing)
    try inside.send(.ok("first"))
    try crossed.send(.ok("crossing"))
    #expect(try client.answer(of: crossing).text == "crossing")
    #expect(try client.answer(of: stream).text == "first")
    try client.expectEnd()
    #expect(try yett.program.exit() == .code(0))
  }

  @Test("the limits that a configuration sets hold over HTTP/2 too")
  func configuredLimits() throws {
    let origin = try AutomaticOrigin { _ in .ok("fits") }
    let limits = "header_fields: 10, header_section: 4KiB, request_line: 1KiB"
    try withHTTP2(Setup(origin.endpoint, limits: limits)) { yett throws in
      let client = try yett.open()
      #expect(try client.ask("/" + String(repeating: "a", count: 1_000)).text == "fits")
      #expect(try client.ask("/" + String(repeating: "a", count: 1_100)).status == 414)
      #expect(try client.ask("/", Fields.filler(20, octets: 10)).status == 431)
      #expect(try client.ask("/", Fields.filler(2, octets: 3_000)).status == 431)
      #expect(try client.ask("/").text == "fits")
    }
  }

  @Test("§6.8: a request after the last GOAWAY is not acted upon")
  func drained() throws {
    let (origin, folder) = (try Origin(), try TemporaryFolder())
    let yett = try Yett(Setup(origin.endpoint).overHTTP2(in: folder), in: folder)
    let client = try yett.open()
    let stream = try client.request()
    let inside = try origin.accept()
    _ = try inside.request()
    yett.program.signal(SIGTERM)
    try client.next("the last GOAWAY") { $0.kind == .goAway && $0.lastStream == stream }
    try client.send(.headers(client.newStream(), try client.block("/late")))
    try client.fence()
    #expect(try origin.waiting() == nil)
    try inside.send(.ok("under way"))
    #expect(try client.answer(of: stream).text == "under way")
    try client.expectEnd()
    #expect(try yett.program.exit() == .code(0))
  }

  @Test("§6.8: who has no request under way is let go at once", arguments: Door.allCases)
  func idleDrain(door: Door) throws {
    let folder = try TemporaryFolder()
    let yett = try Yett(ClientTests.saying("a").overHTTP2(in: folder), in: folder)
    let client = try yett.open(door)
    #expect(try client.ask().text == "a")
    yett.program.signal(SIGTERM)
    let frames = try client.rest()
    #expect(frames.contains { $0.kind == .goAway && $0.code == .noError })
    #expect(try yett.program.exit() == .code(0))
  }

  @Test("a connection without a request for `keep_alive` ends with GOAWAY and NO_ERROR", arguments: [0, 1])
  func idle(requests: Int) throws {
    var setup = ClientTests.saying("a")
    setup.limits = "keep_alive: 300ms, head_timeout: 300ms"
    try withHTTP2(setup) { yett in
      let client = try yett.open()
      for _ in 0..<requests { #expect(try client.ask().text == "a") }
      let frames = try client.rest()
      #expect(
        frames.last?.kind == .goAway && frames.last?.code == .noError && frames.last?.lastStream == UInt32(requests))
    }
  }

  @Test("a request under way is not idle")
  func busy() throws {
    let origin = try Origin()
    try withHTTP2(Setup(origin.endpoint, limits: "keep_alive: 300ms, head_timeout: 300ms")) { yett in
      let client = try yett.open()
      let stream = try client.request()
      let inside = try origin.accept()
      _ = try inside.request()
      #expect(throws: Unmet.self) {
        try client.next("GOAWAY", by: Deadline(in: .seconds(1))) { $0.kind == .goAway }
      }
      try inside.send(.ok("after all"))
      #expect(try client.answer(of: stream).text == "after all")
    }
  }

  @Test(
    "a connection that says no whole preface in `head_timeout` ends",
    arguments: ["", "PRI * HTTP/2.0\r\n\r\nSM", "whole"])
  func slowPreface(text: String) throws {
    var setup = ClientTests.saying("a")
    setup.limits = "head_timeout: 300ms, keep_alive: 300ms"
    try withHTTP2(setup) { yett in
      for door in Door.allCases {
        let client = try yett.connect(by: door)
        try client.connection.send(text == "whole" ? HTTP2Client.preface : text)
        _ = try client.connection.rest()
      }
    }
  }

  // MARK: Answers

  @Test("§8.1: interim answers are passed on as heads that do not end their stream", arguments: Door.allCases)
  func interim(door: Door) throws {
    let origin = try Origin()
    try withHTTP2(Setup(origin.endpoint)) { yett in
      let client = try yett.open(door)
      let stream = try client.request()
      let hints = "HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\nConnection: X-B\r\nX-B: 1\r\n\r\n"
      try origin.answer("HTTP/1.1 102 Processing\r\n\r\n" + hints + .ok())
      #expect(try client.answer(of: stream).status == 102)
      let answer = try client.answer(of: stream)
      #expect(answer.status == 103 && answer["link"] == "</a.css>" && answer["x-b"] == nil)
      #expect(try client.answer(of: stream).text == "hello")
    }
  }

  @Test("RFC 9110 §10.1.1: `100-continue` goes on with the head, and the body is asked for at the origin's 100")
  func expectation() throws {
    let origin = try Origin()
    try withHTTP2(Setup(origin.endpoint)) { yett in
      let client = try yett.open()
      let stream = try client.request(method: "POST", ["content-length": "4", "expect": "100-continue"], ends: false)
      let inside = try origin.accept()
      #expect(try inside.head()["Expect"]?.lowercased() == "100-continue")
      try inside.send("HTTP/1.1 100 Continue\r\n\r\n")
      #expect(try client.answer(of: stream).status == 100)
      try client.send(.data(stream, "body", .endStream))
      #expect(try inside.octets(4) == "body".octets)
      try inside.send(.ok())
      #expect(try client.answer(of: stream).text == "hello")
    }
  }

  @Test("RFC 9110 §10.1.1: an origin that refuses is heard before the body is sent")
  func refusal() throws {
    let origin = try Origin()
    try withHTTP2(Setup(origin.endpoint)) { yett in
      let client = try yett.open()
      let stream = try client.request(method: "POST", ["content-length": "4", "expect": "100-continue"], ends: false)
      let inside = try origin.accept()
      _ = try inside.head()
      try inside.send(.ok("too large", status: "413 Content Too Large"))
      #expect(try client.answer(of: stream).text == "too large")
      #expect(try inside.rest().octets == [], "the origin's connection is not used again")
      try client.fence()
    }
  }

  @Test(
    "§8.1: an answer without a length ends with its stream, and so does one without a body", arguments: Door.allCases)
  func endings(door: Door) throws {
    let origin = try Origin()
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-Trailer: 1\r\n\r\n"
    try withHTTP2(Setup(origin.endpoint)) { yett in
      for (method, text, body) in [
        ("GET", chunked, "hello"), ("GET", "HTTP/1.0 200 OK\r\n\r\nto the close", "to the close"),
        ("GET", "HTTP/1.1 204 No Content\r\n\r\n", ""), ("GET", "HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\n\r\n", ""),
        ("HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", ""), ("GET", .ok(""), ""),
      ] {
        // Each on a connection of its own: the origin's of the one before may be used again.
        let client = try yett.open(door)
        let stream = try client.request(method: method)
        let (_, inside) = try origin.answer(text)
        inside.finishSending()
        let answer = try client.answer(of: stream)
        #expect(answer.text == body && answer["transfer-encoding"] == nil, "\(text)")
        if method == "HEAD" { #expect(answer["content-length"] == "1000") }
        _ = try inside.rest()
      }
    }
  }

  /// An answer's beginning, and what follows in place of its rest.
  static let cuts = [
    ("Content-Length: 10\r\n\r\nhello", ""), ("Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", ""),
    ("Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", "5\r\nx"),
    ("Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", "x\r\n"),
  ]

  @Test("§8.1.1: an answer that is cut short or malformed is never ended as if it were whole", arguments: cuts)
  func cut(beginning: String, rest: String) throws {
    let origin = try Origin()
    try withHTTP2(Setup(origin.endpoint)) { yett in
      let client = try yett.open()
      let stream = try client.request()
      let (_, inside) = try origin.answer("HTTP/1.1 200 OK\r\n" + beginning)
      #expect(try client.octets(5, of: stream) == "hello".octets)
      try inside.send(rest)
      inside.close()
      let ending = try client.next("RST_STREAM") { $0.ends(stream) || $0.ends && $0.stream == stream }
      #expect(ending.kind == .resetStream && ending.code == .internalError, "\(ending)")
      let next = try client.request()
      try origin.answer(.ok())
      #expect(try client.answer(of: next).text == "hello")
    }
  }

  @Test("§8.1: an answer that comes while the request's body still comes is whole, and the rest is not wanted")
  func early() throws {
    let origin = try Origin()
    try withHTTP2(Setup(origin.endpoint)) { yett in
      let client = try yett.open()
      let stream = try client.request(method: "POST", ["content-length": "100000"], ends: false)
      try client.send(.data(stream, octets: 1_000))
      let inside = try origin.accept()
      _ = try inside.head()
      try inside.send(.ok("enough", status: "413 Content Too Large"))
      let answer = try client.answer(of: stream)
      #expect(answer.status == 413 && answer.text == "enough")
      // What was on its way is no error of the client's.
      client.offer(.data(stream, octets: 1_000))
      let next = try client.request()
      try origin.answer(.ok())
      #expect(try client.answer(of: next).text == "hello")
    }
  }

  @Test("limits of a head answer with their status, and the connection goes on")
  func limits() throws {
    let origin = try Origin()
    try withHTTP2(Setup(origin.endpoint)) { yett in
      let client = try yett.open()
      let long = String(repeating: "x", count: 9_000)
      #expect(client.settings[.maxHeaderListSize] == 32 << 10)
      #expect(try client.ask("/" + long).status == 414)
      #expect(try client.ask("/", .filler(9)).status == 431)
      #expect(try client.ask("/", .filler(101, octets: 1)).status == 431)
      let stream = try client.request("/", .filler(7) + ["x-small": "1"])
      #expect(try origin.answer(.ok()).request["x-small"] == "1")
      #expect(try client.answer(of: stream).text == "hello")
    }
  }

  @Test("a body beyond `body_limit` is a 413, and the connection goes on", arguments: [true, false])
  func bodyLimit(hasLength: Bool) throws {
    let origin = try AutomaticOrigin { _ in .ok("small") }
    try withHTTP2(Setup(origin.endpoint, route: "cache: off, body_limit: 1KiB")) { yett in
      let client = try yett.open()
      let stream = try client.request(method: "POST", hasLength ? ["content-length": "2000"] : [:], ends: false)
      try client.send(.data(stream, octets: 2_000, .endStream))
      #expect(try client.answer(of: stream).status == 413)
      #expect(try client.ask().text == "small")
    }
  }
}
