import Testing

@Suite("What is tried again, and where")
struct RetryTests {
  @Test("a refused connect is tried at another server, whatever the method", arguments: ["GET", "POST"])
  func refused(method: String) throws {
    let origin = try Origin()
    try withYett(Setup(try Origin.refusing(), origin.endpoint)) { yett in
      let client = try yett.connect()
      var inside: Connection?
      for _ in 0..<4 {
        try client.send(.get("/", "Content-Length: 0", method: method))
        if let inside {
          _ = try inside.request()
          try inside.send(.ok())
        } else {
          inside = try origin.answer(.ok()).connection
        }
        #expect(try client.answer(to: method).status == 200)
      }
    }
  }

  @Test("a safe request that got no octet of an answer is tried once more, at the other server")
  func safe() throws {
    let (one, two) = (try Origin(), try Origin())
    try withYett(Setup(one.endpoint, two.endpoint)) { yett in
      let client = try yett.connect()
      try client.send(.get("/a?b", "X-A: c"))
      let (first, other) = try Self.first(of: one, two)
      _ = try first.request()
      first.close()
      let request = try other.answer(.ok("second")).request
      #expect(request.target == "/a?b" && request["X-A"] == "c")
      #expect(try client.answer().text == "second")
    }
  }

  @Test("what one client gave up is nobody's: the next request is its own, also when it is tried again")
  func givenUp() throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint)) { yett in
      for _ in 0..<3 {
        let gone = try yett.connect()
        try gone.send(.get("/gone?secret", "X-Secret: yes"))
        let left = try origin.accept()
        _ = try left.request()
        try gone.reset()
        #expect(try left.rest().octets == [])
      }
      let client = try yett.connect()
      try client.send(.get("/next", "X-A: b"))
      let first = try origin.accept()
      #expect(try first.request().target == "/next")
      first.close()
      let request = try origin.answer(.ok("next")).request
      #expect(request.target == "/next" && request["X-A"] == "b" && request["X-Secret"] == nil)
      #expect(try client.answer().text == "next")
    }
  }

  @Test("it is tried once more, not twice")
  func once() throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint)) { yett in
      let client = try yett.connect()
      try client.send(.get())
      for _ in 0..<2 {
        let inside = try origin.accept()
        _ = try inside.request()
        inside.close()
      }
      #expect(try client.answer().status == 502)
      #expect(try origin.waiting() == nil)
    }
  }

  @Test(
    "another method is never sent twice, nor what has begun to be answered",
    arguments: [("POST", ""), ("GET", "HTTP/1.1 2")])
  func never(method: String, begun: String) throws {
    let (one, two) = (try Origin(), try Origin())
    try withYett(Setup(one.endpoint, two.endpoint)) { yett in
      let client = try yett.connect()
      try client.send(.get("/", "Content-Length: 0", method: method))
      let (first, other) = try Self.first(of: one, two)
      _ = try first.request()
      try first.send(begun)
      first.close()
      #expect(try client.answer(to: method).status == 502)
      #expect(try other.waiting() == nil)
    }
  }

  @Test("no server is a 503 or a 502, and the next request is tried anew")
  func none() throws {
    let endpoint = try Origin.refusing()
    try withYett(Setup(endpoint)) { yett in
      #expect(try [502, 503].contains(yett.ask().status))
      #expect(try [502, 503].contains(yett.ask(.post("x", to: "/", "Connection: close")).status))
      let origin = try Origin(at: endpoint)
      let client = try yett.connect()
      let deadline = Deadline.patient
      var status = 503
      while status != 200, !deadline.isOver {
        try client.send(.get())
        if let inside = try? origin.accept(by: Deadline(in: .milliseconds(100))) {
          _ = try inside.request()
          try inside.send(.ok())
        }
        status = try client.answer().status
      }
      #expect(status == 200)
    }
  }

  @Test("an origin that says nothing within `first_byte` is a 504")
  func slow() throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint, pool: "timeouts: { first_byte: 300ms }")) { yett in
      let client = try yett.connect()
      try client.send(.post("x"))
      let inside = try origin.accept()
      _ = try inside.request()
      #expect(try client.answer(to: "POST").status == 504)
      #expect(try inside.rest().octets == [])
    }
  }

  @Test("an answer that stops for `between_bytes` is cut")
  func stalled() throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint, pool: "timeouts: { between_bytes: 300ms }")) { yett in
      let client = try yett.connect()
      try client.send(.get())
      let (_, inside) = try origin.answer("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfirst")
      _ = try client.octets(through: "first")
      #expect(try client.rest().octets == [])
      #expect(try inside.rest().octets == [])
    }
  }

  @Test("a connection that its origin closed while it idled costs no request, not even a POST")
  func idleClose() throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint)) { yett in
      let client = try yett.connect()
      for number in 0..<3 {
        try client.send(.post("x"))
        let (_, inside) = try origin.answer(.ok("\(number)"))
        #expect(try client.answer(to: "POST").text == "\(number)")
        inside.close()
      }
    }
  }

  @Test("servers take turns")
  func roundRobin() throws {
    let origins = try (0..<3).map { number in try AutomaticOrigin { _ in .ok("\(number)") } }
    try withYett(Setup(origins[0].endpoint, origins[1].endpoint, origins[2].endpoint)) { yett throws in
      for _ in 0..<12 { #expect(try yett.ask().status == 200) }
      for origin in origins { #expect(origin.requests.count == 4) }
    }
  }

  @Test("an origin may listen at a Unix socket, or have a name; a name that does not resolve is a server that is down")
  func addresses() throws {
    let folder = try TemporaryFolder()
    let unix = try AutomaticOrigin(at: .path(folder.path(of: "origin.sock"))) { _ in .ok("unix") }
    #expect(try Self.asks(["unix:\(folder.path(of: "origin.sock"))"]) == "unix")
    #expect(unix.requests.count == 1)
    let named = try AutomaticOrigin { _ in .ok("named") }
    guard case .port(let port) = named.endpoint else { return }
    #expect(try Self.asks(["no-such-host.invalid:\(port)", "localhost:\(port)"]) == "named")
  }

  /// The body that one request gets through a pool of these servers.
  private static func asks(_ servers: [String]) throws -> String {
    var setup = Setup()
    setup.pools = [Setup.Pool(servers: servers)]
    var text = ""
    try withYett(setup) { yett in
      // A name may still be on its way to its addresses.
      let deadline = Deadline.patient
      var answer = try yett.ask()
      while answer.status != 200, !deadline.isOver { answer = try yett.ask() }
      text = answer.text
    }
    return text
  }

  /// Who is asked first, and who is left.
  private static func first(of one: Origin, _ two: Origin) throws -> (Connection, other: Origin) {
    let deadline = Deadline.patient
    while !deadline.isOver {
      if let inside = try? one.accept(by: Deadline(in: .milliseconds(50))) { return (inside, two) }
      if let inside = try two.waiting() { return (inside, one) }
    }
    throw Unmet("nobody was asked in time")
  }
}
