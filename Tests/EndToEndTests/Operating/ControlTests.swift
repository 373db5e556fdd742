import Foundation
import Testing

@Suite("The control plane")
struct ControlTests {
  static func saying(_ text: String, listeners: [String] = []) -> Setup {
    var setup = Setup(routes: [Setup.Route(keys: #"respond: { status: 200, body: "\#(text)" }"#)])
    setup.listeners += listeners
    return setup
  }

  /// A request to the admin socket, and its answer.
  static func ask(_ yett: Yett, _ method: String, _ path: String, _ fields: [String] = [], body: String = "") throws
    -> Answer
  {
    let client = try Connection(to: .path(yett.folder.path(of: "admin.sock")))
    let lines = (fields + ["Content-Length: \(body.utf8.count)"]).map { $0 + "\r\n" }.joined()
    try client.send("\(method) \(path) HTTP/1.1\r\nHost: localhost\r\n\(lines)\r\n\(body)")
    return try client.answer(to: method)
  }

  @Test("a listener that goes takes its sockets with it; what is left holds as many descriptors as before")
  func listenersGo() throws {
    let folder = try TemporaryFolder()
    let path = folder.path(of: "more.sock")
    let more = [#"{ name: more, bind: "127.0.0.1:0" }"#, #"{ name: path, bind: "unix:\#(path)" }"#]
    // The first snapshot's listeners too: what a thread begins with must not outlive it.
    try withYett(Self.saying("a", listeners: more), in: folder) { yett in
      #expect(try yett.reload(Self.saying("b")) == .taken(snapshot: 2))
      #expect(throws: Unmet.self) { try Connection(to: .path(path)) }
      let before = try yett.descriptors()
      for round in 0..<5 {
        #expect(try yett.reload(Self.saying("c", listeners: more)) == .taken(snapshot: 3 + round * 2))
        let client = try Connection(to: .path(path))
        try client.send(.get("/", "Connection: close"))
        #expect(try client.answer().text == "c")
        _ = try client.rest()
        client.close()
        #expect(try yett.ask().text == "c")
        #expect(try yett.reload(Self.saying("b")) == .taken(snapshot: 4 + round * 2))
        #expect(throws: Unmet.self, "round \(round)") { try Connection(to: .path(path)) }
      }
      // The last snapshot is answered for before the loop lets go of its own last descriptors.
      let deadline = Deadline.patient
      while try yett.descriptors() > before, !deadline.isOver { _ = try yett.ask() }
      #expect(try yett.descriptors() <= before)
    }
  }

  @Test("an address that cannot be bound refuses the whole reload, and says which")
  func cannotBind() throws {
    let taken = try Origin()
    try withYett(Self.saying("old")) { yett in
      let next = Self.saying("new", listeners: [#"{ name: more, bind: "\#(taken.endpoint)" }"#])
      try yett.folder.write(next.yaml(in: yett.folder), to: "yett.yaml")
      let (exit, _, errors) = try yett.command("reload")
      #expect(exit == .code(1) && errors.contains("listener `more` cannot listen on \(taken.endpoint)"))
      #expect(try yett.ask().text == "old")
      let report = try Self.ask(yett, "GET", "/status").text
      #expect(report.contains(#""last_reload_succeeded":false"#) && report.contains("cannot listen on"))
    }
  }

  @Test("many reloads at once go one after the other, and each is answered once")
  func manyAtOnce() throws {
    try withYett(Self.saying("a")) { yett in
      let clients = try (0..<12).map { _ in
        let client = try Connection(to: .path(yett.folder.path(of: "admin.sock")))
        try client.send("POST /reload HTTP/1.1\r\nHost: localhost\r\n\r\n")
        return client
      }
      let answers = try clients.map { try $0.answer(to: "POST").text }
      let snapshots = (2...13).map { #"{"reloaded":true,"snapshot":\#($0),"notices":[]}"# + "\n" }
      #expect(Set(answers) == Set(snapshots))
    }
  }

  @Test(
    "what is no request to the administration is refused",
    arguments: [
      ("POST", "/reload", ["Content-Type: text/plain"], "{}", 415),
      ("POST", "/reload", ["Content-Type: application/json"], #"{"force":true}"#, 400),
      ("POST", "/metrics", [], "", 405), ("GET", "/reload", [], "", 405), ("GET", "/nothing", [], "", 404),
      ("GET", "/status?since=x", [], "", 400), ("GET", "/status?route=nobody", [], "", 404),
      ("POST", "/reload", ["Content-Type: application/json"], String(repeating: " ", count: 70_000), 413),
    ] as [(String, String, [String], String, Int)])
  func refusals(method: String, path: String, fields: [String], body: String, status: Int) throws {
    try withYett(Self.saying("a")) { yett in
      let answer = try Self.ask(yett, method, path, fields, body: body)
      #expect(answer.status == status)
    }
  }

  @Test("through `bind` the token reloads, and nothing else does")
  func token() throws {
    let folder = try TemporaryFolder()
    let text = Self.saying("a").yaml(in: folder)
      .replacingOccurrences(of: "admin: {", with: "admin: { token: 0123456789abcdef,")
    try withYett(Self.saying("a"), in: folder) { yett in
      #expect(try yett.reload(text: text) == .taken(snapshot: 2))
      let endpoint = try yett.endpoint("admin")
      for (word, status) in [("Bearer 0123456789abcdeF", 401), ("Bearer 0123456789abcdef", 200)] {
        let client = try Connection(to: endpoint)
        try client.send("POST /reload HTTP/1.1\r\nHost: \(endpoint)\r\nAuthorization: \(word)\r\n\r\n")
        #expect(try client.answer(to: "POST").status == status)
      }
    }
  }

  @Test("the socket of a Yett that was killed is replaced; that of a living one is not")
  func staleSocket() throws {
    let folder = try TemporaryFolder()
    let killed = try Yett(Self.saying("killed"), in: folder)
    let second = try Program.run(Yett.executable, ["serve", "--config", folder.path(of: "yett.yaml")])
    #expect(second.exit == .code(1) && second.errors.contains("Address already in use"))
    killed.program.signal(SIGKILL)
    #expect(try killed.program.exit() == .signal(SIGKILL))
    let mode = try FileManager.default.attributesOfItem(atPath: folder.path(of: "admin.sock"))[.posixPermissions]
    #expect(mode as? Int == 0o660)
    try withYett(Self.saying("next"), in: folder) { yett throws in
      #expect(try yett.command("status").exit == .code(0))
    }
    #expect(!FileManager.default.fileExists(atPath: folder.path(of: "admin.sock")))
  }

  @Test("while it drains /healthz is 503 and nothing is reloaded; a second SIGTERM ends it at once")
  func drainingTwice() throws {
    let origin = try Origin()
    let yett = try Yett(Setup(origin.endpoint, limits: "drain: 10m"))
    let client = try yett.connect()
    try client.send(.get())
    _ = try origin.accept().request()
    #expect(try yett.admin("/healthz").status == 200)
    yett.program.signal(SIGTERM)
    _ = try yett.program.errors.first { $0.contains("draining") ? true : nil }
    #expect(try yett.admin("/healthz").status == 503)
    #expect(try Self.ask(yett, "POST", "/reload").status == 503)
    yett.program.signal(SIGTERM)
    #expect(try yett.program.exit() == .code(0))
  }

  @Test("what takes a restart is said, and the rest is taken")
  func restart() throws {
    try withYett(Self.saying("a")) { yett in
      var next = Self.saying("b")
      next.workers = 3
      try yett.folder.write(next.yaml(in: yett.folder), to: "yett.yaml")
      let (exit, output, _) = try yett.command("reload")
      #expect(exit == .code(0) && output.contains("`workers` is 3 now"))
      #expect(try yett.ask().text == "b")
    }
  }
}
