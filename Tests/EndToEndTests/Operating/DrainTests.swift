import Glibc
import Testing

@Suite("Drain")
struct DrainTests {
  /// Waits until nobody listens there: who is in the queue till then is told by the end of its connection.
  static func waitUntilRefused(_ endpoint: Endpoint) throws {
    let deadline = Deadline.patient
    while true {
      let waiting: Connection
      do { waiting = try Connection(to: endpoint) } catch {
        let isGone = ["errno \(ECONNREFUSED)", "errno \(ENOENT)"].contains { "\(error)".hasSuffix($0) }
        if isGone { return }
        throw error
      }
      _ = try waiting.rest(by: deadline)
    }
  }

  @Test("nobody listens while it drains: the next process may have the port", arguments: [1, 3])
  func listenersClose(workers: Int) throws {
    let (origin, folder) = (try Origin(), try TemporaryFolder())
    var setup = Setup(origin.endpoint, workers: workers)
    setup.listeners.append(#"{ name: path, bind: "unix:\#(folder.path(of: "web.sock"))" }"#)
    let yett = try Yett(setup, in: folder)
    let client = try yett.connect()
    try client.send(.get())
    let inside = try origin.accept()
    _ = try inside.request()
    yett.program.signal(SIGTERM)
    for name in ["http", "path"] { try Self.waitUntilRefused(yett.endpoint(name)) }
    let (_, next) = try yett.endpoint().listen()
    #expect(try next == yett.endpoint())
    try inside.send(.ok("to the end"))
    #expect(try client.answer().text == "to the end")
    #expect(try yett.program.exit() == .code(0))
  }

  @Test("who waits to be accepted when it begins is answered")
  func queueIsServed() throws {
    var setup = Setup(routes: [Setup.Route(keys: "respond: { status: 200, body: served }")])
    setup.log = #"access: "off""#
    let yett = try Yett(setup)
    #expect(try yett.ask().status == 200)
    // While it stands still, more come than one turn accepts.
    yett.program.signal(SIGSTOP)
    let clients = try (0..<150).map { _ in
      let client = try yett.connect()
      try client.send(.get())
      return client
    }
    yett.program.signal(SIGTERM)
    yett.program.signal(SIGCONT)
    for client in clients { #expect(try client.answer().text == "served") }
    #expect(try yett.program.exit() == .code(0))
  }

  @Test("a listener that a reload removes closes, though a connection of it goes on")
  func removed() throws {
    let folder = try TemporaryFolder()
    let path = Endpoint.path(folder.path(of: "more.sock"))
    let more = [#"{ name: more, bind: "127.0.0.1:0" }"#, #"{ name: path, bind: "\#(path)" }"#]
    try withYett(ControlTests.saying("a", listeners: more), in: folder) { yett in
      let clients = [try yett.connect(to: "more"), try Connection(to: path)]
      for client in clients {
        try client.send(.get())
        #expect(try client.answer().text == "a")
      }
      #expect(try yett.reload(ControlTests.saying("b")) == .taken(snapshot: 2))
      for endpoint in [try yett.endpoint("more"), path] {
        #expect(throws: Unmet.self, "\(endpoint)") { try Connection(to: endpoint) }
      }
      for client in clients {
        try client.send(.get())
        #expect(try client.answer().text == "b")
      }
    }
  }

  @Test("a second signal cuts what is under way, so that nobody takes it for whole", arguments: [SIGTERM, SIGINT])
  func secondSignal(signal: Int32) throws {
    let origin = try Origin()
    let yett = try Yett(Setup(origin.endpoint, limits: "drain: 10m"))
    let client = try yett.connect()
    try client.send("GET / HTTP/1.0\r\nHost: test.example\r\n\r\n")
    let inside = try origin.accept()
    _ = try inside.request()
    try inside.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
    _ = try client.octets(through: "hello")
    yett.program.signal(SIGTERM)
    _ = try yett.program.errors.first { $0.contains("draining") ? true : nil }
    yett.program.signal(signal)
    #expect(try client.rest().ending == .reset)
    #expect(try yett.program.exit() == .code(0))
  }
}
