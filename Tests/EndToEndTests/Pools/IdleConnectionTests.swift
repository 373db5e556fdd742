import Testing

@Suite("Connections to origins that wait for a next request")
struct IdleConnectionTests {
  private static func setup(_ origin: Origin, keeping limit: Int) -> Setup {
    Setup(origin.endpoint, pool: "idle_connections: \(limit)")
  }

  /// So many requests at once, each over a new connection to the origin; the answers end one after the other.
  private func crowd(_ count: Int, at origin: Origin, through yett: Yett) throws -> [Connection] {
    let clients = try (0..<count).map { _ in try yett.connect() }
    let inside = try clients.map { client in
      try client.send(.get())
      let connection = try origin.accept()
      _ = try connection.request()
      return connection
    }
    for (client, connection) in zip(clients, inside) {
      try connection.send(.ok())
      #expect(try client.answer().status == 200)
    }
    return inside
  }

  /// As many requests at once as there are connections, over these in this order.
  private func expectUse(of connections: [Connection], _ yett: Yett) throws {
    let clients = try connections.map { connection in
      let client = try yett.connect()
      try client.send(.get())
      _ = try connection.request()
      return client
    }
    for (client, connection) in zip(clients, connections) {
      try connection.send(.ok())
      #expect(try client.answer().status == 200)
    }
  }

  @Test("a pool keeps `idle_connections` of them, and uses first what was used last", arguments: [0, 1, 2, 3])
  func limit(most: Int) throws {
    let origin = try Origin()
    try withYett(Self.setup(origin, keeping: most)) { yett in
      let inside = try crowd(3, at: origin, through: yett)
      for connection in inside.dropFirst(most) { #expect(try connection.rest() == ([], .closed)) }
      try expectUse(of: inside.prefix(most).reversed(), yett)
      #expect(try origin.waiting() == nil)
    }
  }

  @Test("each pool has a limit of its own, also where another has the same server")
  func shared() throws {
    let origin = try Origin()
    var setup = Setup(origin.endpoint)
    let server = origin.endpoint.description
    setup.pools = [
      Setup.Pool(name: "none", servers: [server], keys: "idle_connections: 0"),
      Setup.Pool(name: "two", servers: [server], keys: "idle_connections: 2"),
    ]
    setup.routes = [
      Setup.Route(name: "none", path: "/none", keys: "pool: none, cache: off"),
      Setup.Route(name: "two", path: "/", keys: "pool: two, cache: off"),
    ]
    try withYett(setup) { yett in
      let inside = try crowd(2, at: origin, through: yett)
      let client = try yett.connect()
      try client.send(.get("/none"))
      let (_, own) = try origin.answer(.ok())
      #expect(try client.answer().status == 200)
      #expect(try own.rest() == ([], .closed))
      try expectUse(of: inside.reversed(), yett)
    }
  }

  @Test("a reload closes those that waited longest, and those to a server that is gone")
  func fewer() throws {
    let origin = try Origin()
    try withYett(Self.setup(origin, keeping: 3)) { yett in
      let inside = try crowd(3, at: origin, through: yett)
      try yett.reload(Self.setup(origin, keeping: 1))
      for connection in inside.prefix(2) { #expect(try connection.rest() == ([], .closed)) }
      try expectUse(of: [inside[2]], yett)
      try yett.reload(ReloadTests.saying("no pool"))
      #expect(try inside[2].rest() == ([], .closed))
    }
  }

  @Test("a reload that keeps more is true for what comes after it")
  func more() throws {
    let origin = try Origin()
    try withYett(Self.setup(origin, keeping: 0)) { yett in
      let client = try yett.connect()
      try client.send(.get())
      let before = try origin.accept()
      _ = try before.request()
      try yett.reload(Self.setup(origin, keeping: 2))
      let inside = try crowd(2, at: origin, through: yett)
      // It goes on with its own pool, which keeps none.
      try before.send(.ok())
      #expect(try client.answer().status == 200)
      #expect(try before.rest() == ([], .closed))
      try expectUse(of: inside.reversed(), yett)
    }
  }

  @Test("a request that was under way when its server went is answered, and its connection kept for nobody")
  func retired() throws {
    let origin = try Origin()
    try withYett(Self.setup(origin, keeping: 2)) { yett in
      let client = try yett.connect()
      try client.send(.get())
      let inside = try origin.accept()
      _ = try inside.request()
      try yett.reload(ReloadTests.saying("no pool"))
      try inside.send(.ok("from before"))
      #expect(try client.answer().text == "from before")
      #expect(try inside.rest() == ([], .closed))
    }
  }

  @Test(
    "octets that nobody asked for answer no request, not even one that comes with them (RFC 9112 §9.2)",
    arguments: ["off", "{}"], [true, false])
  func stray(cache: String, isRequestFirst: Bool) throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint, route: "cache: \(cache)")) { yett in
      let client = try yett.connect()
      try client.send(.get("/first"))
      let (_, inside) = try origin.answer(.ok("first"))
      #expect(try client.answer().text == "first")
      try yett.whileStopped {
        if isRequestFirst { try client.send(.get("/next")) }
        try inside.send(.ok("stray", "Cache-Control: max-age=60"))
        if !isRequestFirst { try client.send(.get("/next")) }
      }
      #expect(try origin.answer(.ok("next")).request.target == "/next")
      #expect(try client.answer().text == "next")
      #expect(try inside.rest().octets == [])
    }
  }
}
