import Testing

@Suite("The tests' own vocabulary")
struct VocabularyTests {
  @Test("client and origin speak on one page")
  func page() throws {
    let origin = try Origin()
    let client = try Connection(to: origin.endpoint)
    try client.drip(.post("abc", to: "/a?b", "X-One: 1", "x-one:  2 "))
    let inside = try origin.accept()
    let request = try inside.request()
    #expect(request.method == "POST" && request.target == "/a?b" && request.version == "HTTP/1.1")
    #expect(request["X-ONE"] == "1, 2" && request.text == "abc")
    try inside.send("HTTP/1.1 100 Continue\r\n\r\n" + .ok("hello", "Server: x"))
    #expect(try client.answer().status == 100)
    let answer = try client.answer()
    #expect(answer.status == 200 && answer.text == "hello" && answer["server"] == "x")
    #expect(client.isQuiet)
  }

  @Test("a chunked body is read strictly")
  func chunked() throws {
    let origin = try Origin(at: .path(TemporaryFolder().path + ".sock"))
    let client = try Connection(to: origin.endpoint)
    let inside = try origin.accept()
    try inside.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nT: 1\r\n\r\n")
    #expect(try client.answer().text == "abc")
    try inside.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n")
    #expect(throws: Unmet.self) { try client.answer() }
  }

  @Test("a close is told from a reset, and a cut body from a whole one")
  func endings() throws {
    let origin = try Origin()
    for (isReset, ending) in [(false, Connection.Ending.closed), (true, .reset)] {
      let client = try Connection(to: origin.endpoint)
      let inside = try origin.accept()
      if isReset { try inside.reset() } else { inside.close() }
      #expect(try client.rest().ending == ending)
    }
    let client = try Connection(to: origin.endpoint)
    let inside = try origin.accept()
    try inside.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell")
    inside.close()
    #expect(throws: Unmet.self) { try client.answer() }
  }

  @Test("a wait ends with its deadline, in words")
  func deadline() throws {
    let origin = try Origin()
    #expect(throws: Unmet.self) { try origin.accept(by: Deadline(in: .milliseconds(20))) }
    let client = try Connection(to: origin.endpoint)
    #expect(throws: Unmet.self) { try client.head(by: Deadline(in: .milliseconds(20))) }
    // Not a port that was given back: another test may have it by now.
    let nobody = try TemporaryFolder()
    #expect(throws: Unmet.self) { try Connection(to: .path(nobody.path(of: "none.sock"))) }
  }

  @Test("an automatic origin answers whoever asks, and remembers")
  func automatic() throws {
    let origin = try AutomaticOrigin { request in .ok("to \(request.target)") }
    for target in ["/a", "/b", "/a"] {
      let client = try Connection(to: origin.endpoint)
      try client.send(.get(target))
      #expect(try client.answer().text == "to \(target)")
    }
    try origin.wait { $0.count == 3 }
    #expect(origin.requests(to: "/a").count == 2)
  }

  @Test("a program's exit and outputs are told")
  func program() throws {
    let run = try Program.run("sh", ["-c", "echo a; echo b >&2; printf c; exit 3"])
    #expect(run.exit == .code(3) && run.output == "a\nc" && run.errors == "b\n")
    let killed = try Program.run("sh", ["-c", "kill -9 $$"])
    #expect(killed.exit == .signal(9))
    #expect(throws: Unmet.self) { try Program.run("/nowhere/at/all", []) }
  }

  @Test("nginx and curl are at hand")
  func peers() throws {
    let nginx = try Nginx("location = /hello { return 200 hello; }")
    try nginx.serve("file", octets: 10)
    guard case .path(let path) = nginx.endpoint else { return }
    let hello = try Curl.get("--unix-socket", path, "http://test.example/hello")
    #expect(hello.status == 200 && hello.body == "hello" && hello.exit == .code(0))
    #expect(try Curl.get("--unix-socket", path, "http://test.example/file").body.utf8.count == 10)
    let folder = try TemporaryFolder()
    let certificate = try Certificate(for: "a.example", in: folder)
    #expect(try folder.read("a.example.pem").contains("BEGIN CERTIFICATE") && certificate.key.hasSuffix(".key"))
  }

  @Test("a configuration is written as YAML")
  func setup() throws {
    let folder = try TemporaryFolder()
    let setup = Setup(.port(1), .path("/a"), pool: "timeouts: { connect: 1s }", limits: "head_timeout: 1s")
    let text = setup.yaml(in: folder)
    #expect(
      text.contains(
        #"main: { servers: [{ address: "127.0.0.1:\#(1)" }, { address: "unix:/a" }], timeouts: { connect: 1s } }"#))
    #expect(text.contains("limits: { head_timeout: 1s }"))
  }

  @Test("a frame is written and read as it is, and heads by their coder")
  func frames() throws {
    let (near, far) = try Descriptor.pair()
    let client = try HTTP2Client(Connection(near), scheme: "http")
    let (server, coder) = (Connection(far), try HeadCoder())
    let stream = try client.request("/a", ["x-a": "1", "x-a": ""])
    #expect(stream == 1)
    let head = try server.octets(9)
    #expect(head[3...] == [1, 5, 0, 0, 0, 1])
    let fields = try coder.decode(server.octets(Int(head[2])))
    #expect(fields.pairs.map(\.name) == [":method", ":scheme", ":authority", ":path", "x-a", "x-a"])
    #expect(fields[":path"] == "/a" && fields["x-a"] == "1")
    // An answer in parts, with another stream's frames between them, and what nobody asked for.
    let block = try coder.encode([":status": "200", "content-length": "5"])
    let frames: [Frame] = [
      .ping("are you?"), .headers(1, Array(block[..<1]), []), .continuation(1, Array(block[1...])), .data(1, "he"),
      .data(3, "other"), .data(1, "llo", .endStream), .reset(5, .refusedStream), .goAway(last: 5, .enhanceYourCalm),
    ]
    try server.send(frames.flatMap(\.octets))
    #expect(try client.answer(of: 1).text == "hello")
    #expect(client.kept.contains { $0.kind == .data && $0.stream == 3 })
    #expect(try server.octets(17) == Frame.ping("are you?", .ack).octets)
    #expect(throws: Unmet.self) { try client.expectReset(5, .cancel) }
    server.close()
    #expect(throws: Unmet.self) { try client.expectGoAway(.protocolError) }
    #expect(throws: Unmet.self) { try client.fence() }
  }

  @Test("a client keeps to the windows that it was given")
  func windows() throws {
    let (near, far) = try Descriptor.pair()
    let (client, server) = (try HTTP2Client(Connection(near), scheme: "http"), Connection(far))
    try server.send(Frame.settings([.initialWindowSize: 10]).octets + Frame.windowUpdate(1, 5).octets)
    for _ in 0..<2 { _ = try client.frame() }
    #expect(client.room(on: 1) == 15 && client.room(on: 3) == 10)
    #expect(try client.pour(on: 1, atMost: 100, quiet: .zero) == 15)
    try server.skip(9 + 15)
    try server.send(Frame.settings([.initialWindowSize: 3]).octets)
    #expect(try client.frame().settings.first?.1 == 3)
    #expect(client.room(on: 1) == -7)
  }
}
