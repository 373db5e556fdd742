import Glibc
import Testing

@Suite("Reload loses nothing")
struct ReloadTests {
  static func saying(_ text: String) -> Setup {
    Setup(routes: [Setup.Route(keys: #"respond: { status: 200, body: "\#(text)" }"#)])
  }

  @Test("SIGHUP takes a new configuration, on connections that are open as well")
  func taken() throws {
    try withYett(Self.saying("old")) { yett in
      let client = try yett.connect()
      try client.send(.get())
      #expect(try client.answer().text == "old")
      guard case .taken = try yett.reload(Self.saying("new")) else { throw Unmet("it was refused") }
      try client.send(.get())
      #expect(try client.answer().text == "new")
      #expect(try yett.ask().text == "new")
    }
  }

  @Test("a bad configuration is refused with file, line and column, and changes nothing")
  func refused() throws {
    try withYett(Self.saying("old")) { yett in
      #expect(try yett.reload(text: "helth: yes\n") == .refused)
      #expect(try yett.ask().text == "old")
      let (exit, output, errors) = try yett.command("reload")
      #expect(exit == .code(1) && (output + errors).contains("yett.yaml:1:1"))
      #expect(try yett.ask().text == "old")
      #expect(try yett.metric("yett_last_reload_success") == 0)
      guard case .taken = try yett.reload(Self.saying("new")) else { throw Unmet("it was refused") }
      #expect(try yett.metric("yett_last_reload_success") == 1)
    }
  }

  @Test("`yett reload` answers when every worker has taken the new one")
  func command() throws {
    var setup = Self.saying("old")
    setup.workers = 2
    try withYett(setup) { yett in
      for number in 0..<5 {
        var next = Self.saying("\(number)")
        next.workers = 2
        try yett.folder.write(next.yaml(in: yett.folder), to: "yett.yaml")
        let (exit, output, errors) = try yett.command("reload")
        #expect(exit == .code(0), "\(output)\(errors)")
        for _ in 0..<8 { #expect(try yett.ask().text == "\(number)") }
      }
    }
  }

  @Test("a request under way ends as it began: with its route, its pool and its body")
  func underWay() throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint)) { yett in
      let client = try yett.connect()
      try client.send(.get())
      let (_, inside) = try origin.answer("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfirst")
      _ = try client.octets(through: "first")
      guard case .taken = try yett.reload(Self.saying("new")) else { throw Unmet("it was refused") }
      try inside.send("later")
      #expect(try client.octets(5) == Array("later".utf8))
      try client.send(.get())
      #expect(try client.answer().text == "new")
    }
  }

  @Test("cache, counters and connections to origins carry over")
  func carriedOver() throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint, route: "")) { yett in
      let client = try yett.connect()
      try client.send(.get("/a"))
      let (_, inside) = try origin.answer(.ok("hello", "Cache-Control: max-age=600"))
      _ = try client.answer()
      var next = Setup(origin.endpoint, route: "")
      next.routes.insert(Setup.Route(name: "more", path: "/more", keys: "pool: main, cache: off"), at: 0)
      guard case .taken = try yett.reload(next) else { throw Unmet("it was refused") }
      try client.send(.get("/a"))
      #expect(try client.answer().isHit)
      try client.send(.get("/more"))
      _ = try inside.request()
      try inside.send(.ok())
      #expect(try client.answer().status == 200, "over the connection from before")
    }
  }

  @Test("listeners come and go; those that stay lose nobody")
  func listeners() throws {
    try withYett(Self.saying("a")) { yett in
      let client = try yett.connect()
      for _ in 0..<10 {
        guard case .taken = try yett.reload(Self.saying("b")) else { throw Unmet("it was refused") }
        let early = try yett.connect()
        try early.send(.get("/", "Connection: close"))
        #expect(try early.answer().text == "b")
      }
      try client.send(.get())
      #expect(try client.answer().text == "b")
    }
  }

  @Test("SIGTERM ends what is under way, accepts nothing new, and exits with 0")
  func drain() throws {
    let origin = try Origin()
    let yett = try Yett(Setup(origin.endpoint))
    let (client, idle) = (try yett.connect(), try yett.connect())
    try client.send(.get())
    let inside = try origin.accept()
    _ = try inside.request()
    yett.program.signal(SIGTERM)
    #expect(try idle.rest().octets == [], "an idle connection is closed")
    try inside.send(.ok("to the end"))
    let answer = try client.answer()
    #expect(answer.text == "to the end" && answer["Connection"]?.lowercased() == "close")
    #expect(try yett.program.exit() == .code(0))
    #expect(throws: Unmet.self) { try yett.connect() }
  }

  @Test("the drain has a deadline")
  func drainDeadline() throws {
    let origin = try Origin()
    let yett = try Yett(Setup(origin.endpoint, limits: "drain: 300ms"))
    let client = try yett.connect()
    try client.send(.get())
    _ = try origin.accept().request()
    yett.program.signal(SIGTERM)
    #expect(try yett.program.exit() == .code(0))
  }
}
