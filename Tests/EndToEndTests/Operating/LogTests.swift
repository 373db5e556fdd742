import Glibc
import Testing

@Suite("The access log")
struct LogTests {
  @Test("a line says who, what, where and how long; no query, no end of an address")
  func line() throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint)) { yett in
      let client = try yett.connect()
      try client.send(.post("abc", to: "/a?secret=1"))
      try origin.answer(.ok("hello", status: "201 Created"))
      let answer = try client.answer(to: "POST")
      let line = try yett.logLine()
      #expect(line["method"] as? String == "POST" && line["path"] as? String == "/a" && line["status"] as? Int == 201)
      #expect(line["site"] as? String == "site" && line["route"] as? String == "all")
      #expect(line["listener"] as? String == "http" && (line["server"] as? String)?.contains("main") == true)
      #expect(line["id"] as? String == answer["X-Request-ID"])
      #expect(!"\(line)".contains("secret") && !"\(line)".contains("127.0.0.1"))
    }
  }

  @Test("a key lets queries and addresses in")
  func whole() throws {
    var setup = Setup(routes: [Setup.Route(keys: "respond: { status: 200, body: a }")])
    setup.log = #"access: "-", query: true, full_addresses: true"#
    try withYett(setup) { yett throws in
      _ = try yett.ask(.get("/a?b=c", "Connection: close"))
      let line = try yett.logLine()
      #expect("\(line)".contains("b=c") && "\(line)".contains("127.0.0.1"))
    }
  }

  @Test("what comes from outside is escaped")
  func escaped() throws {
    try withYett(Setup(routes: [Setup.Route(keys: "respond: { status: 200, body: a }")])) { yett throws in
      let path = "/\"}{'<script>$(a)%0A%22"
      _ = try yett.ask(.get(path, "Connection: close"))
      #expect(try yett.logLine()["path"] as? String == path)
    }
  }

  @Test("every end is a line: an error, a client that left, a hit")
  func ends() throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint, route: "")) { yett in
      let client = try yett.connect()
      try client.send(.get("/bad"))
      try origin.answer("nonsense\r\n\r\n").connection.close()
      #expect(try client.answer().status == 502)
      #expect(try yett.logLine()["status"] as? Int == 502)
      try client.send(.get("/good"))
      try origin.answer(.ok("hello", "Cache-Control: max-age=60"))
      _ = try client.answer()
      #expect(try yett.logLine()["cache"] as? String == "miss")
      try client.send(.get("/good"))
      _ = try client.answer()
      #expect(try yett.logLine()["cache"] as? String == "hit")
      try client.send(.post("x", to: "/left"))
      _ = try origin.accept().request()
      try client.reset()
      #expect(try yett.logLine()["path"] as? String == "/left")
    }
  }

  @Test("SIGUSR1 opens the file anew")
  func reopened() throws {
    // Two pipes stand for the file before and after a rotation: their octets are events to wait for.
    let folder = try TemporaryFolder()
    let path = folder.path(of: "access.log")
    func makePipe() throws -> Output {
      guard unsafe mkfifo(path, 0o600) == 0 else { throw Unmet("mkfifo: errno \(errno)") }
      return Output(try Descriptor(unsafe open(path, O_RDWR), "open"))
    }
    let before = try makePipe()
    var setup = Setup(routes: [Setup.Route(keys: "respond: { status: 200, body: a }")])
    setup.log = #"access: "\#(path)""#
    try withYett(setup, in: folder) { yett in
      _ = try yett.ask(.get("/before", "Connection: close"))
      #expect(try before.line()?.contains("/before") == true)
      unsafe rename(path, path + ".1")
      let after = try makePipe()
      yett.program.signal(SIGUSR1)
      let deadline = Deadline.patient
      repeat {
        guard !deadline.isOver else { throw Unmet("the new file stayed empty") }
        _ = try yett.ask(.get("/after", "Connection: close"))
      } while !after.descriptor.isReadable(by: Deadline(in: .milliseconds(200)))
      #expect(try after.line()?.contains("/after") == true)
    }
  }
}
