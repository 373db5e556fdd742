import Testing

@Suite("The cache (RFC 9111)")
struct CacheTests {
  static func cached(_ origin: Origin) -> Setup { Setup(origin.endpoint, route: "") }

  /// Asks twice on one connection; says whether the second answer came without the origin.
  static func isReused(_ request: String, _ answer: String, by yett: Yett, _ origin: Origin) throws -> Bool {
    let client = try yett.connect()
    try client.send(request)
    let inside = try origin.accept()
    _ = try inside.request()
    try inside.send(answer)
    inside.finishSending()
    let first = try client.answer()
    #expect(!first.isHit)
    try client.send(request)
    // Either the client is answered, or the origin asked.
    let deadline = Deadline.patient
    while !deadline.isOver {
      if let again = try origin.waiting() {
        _ = try again.request()
        try again.send(answer)
        again.finishSending()
        #expect(try !client.answer().isHit)
        return false
      }
      if client.socket.isReadable(by: Deadline(in: .milliseconds(50))) {
        let second = try client.answer()
        #expect(second.isHit && second.body == first.body && second.status == first.status && second["Age"] != nil)
        return true
      }
    }
    throw Unmet("neither a hit nor a second fetch came in time")
  }

  @Test(
    "§3: stored and reused",
    arguments: [
      "Cache-Control: max-age=60", "Cache-Control: public, max-age=60", "Cache-Control: s-maxage=60, max-age=0",
      "Expires: Tue, 01 Jan 2999 00:00:00 GMT", "Cache-Control: max-age=60\r\nSet-Cookie: a=b\r\nCache-Control: public",
      "Cache-Control: s-maxage=60\r\nSet-Cookie: a=b", "Cache-Control: max-age=60\r\nVary: Accept-Language",
      "Last-Modified: Tue, 15 Nov 1994 08:12:31 GMT", "Cache-Control: MAX-AGE=60", "Cache-Control: max-age=\"60\"",
    ])
  func stored(fields: String) throws {
    let origin = try Origin()
    try withYett(Self.cached(origin)) { yett throws in
      #expect(try Self.isReused(.get("/a"), .ok("hello", fields), by: yett, origin))
    }
  }

  @Test(
    "§3: never reused",
    arguments: [
      "Cache-Control: no-store", "Cache-Control: no-store, max-age=60", "Cache-Control: private, max-age=60",
      "Cache-Control: no-cache", "Cache-Control: max-age=0", "Cache-Control: max-age=60, s-maxage=0",
      "Cache-Control: max-age=60\r\nSet-Cookie: a=b", "Cache-Control: max-age=60\r\nVary: *",
      "Cache-Control: max-age=60\r\nVary: Accept, *", "Expires: 0", "Expires: Tue, 15 Nov 1994 08:12:31 GMT",
      "X-Nothing: said",
      "Cache-Control: max-age=60\r\nAge: 60",
    ])
  func notStored(fields: String) throws {
    let origin = try Origin()
    try withYett(Self.cached(origin)) { yett throws in
      #expect(try !Self.isReused(.get("/a"), .ok("hello", fields), by: yett, origin))
    }
  }

  @Test(
    "§3.5: with Authorization only what says that it may be shared",
    arguments: [
      ("max-age=60", false), ("public, max-age=60", true), ("s-maxage=60", true), ("must-revalidate, max-age=60", true),
    ])
  func authorization(control: String, isReused: Bool) throws {
    let origin = try Origin()
    try withYett(Self.cached(origin)) { yett throws in
      let request = String.get("/a", "Authorization: Basic x")
      #expect(try Self.isReused(request, .ok("hello", "Cache-Control: \(control)"), by: yett, origin) == isReused)
    }
  }

  @Test(
    "§3: by status: 404 and 301 like 200; 206 and 500 without freshness never",
    arguments: [
      ("404 Not Found", "Cache-Control: max-age=60", true),
      ("301 Moved Permanently", "Cache-Control: max-age=60", true),
      ("500 Oops", "X-A: b", false), ("206 Partial Content", "Cache-Control: max-age=60", false),
    ])
  func status(status: String, fields: String, isReused: Bool) throws {
    let origin = try Origin()
    try withYett(Self.cached(origin)) { yett throws in
      #expect(try Self.isReused(.get("/a"), .ok("hello", fields, status: status), by: yett, origin) == isReused)
    }
  }

  @Test("§2: the key is host, path and query; other methods and bodies never meet the cache")
  func key() throws {
    let origin = try AutomaticOrigin {
      .ok("\($0.method) \($0["Host"] ?? "")\($0.target)", "Cache-Control: max-age=60")
    }
    try withYett(Setup(origin.endpoint, route: "")) { yett in
      for host in ["a.example", "b.example"] {
        for target in ["/", "/a", "/A", "/a?b", "/a?", "/a?b=c"] {
          for isSecond in [false, true] {
            let answer = try yett.ask("GET \(target) HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\r\n")
            #expect(answer.text == "GET \(host)\(target)" && answer.isHit == isSecond, "\(host)\(target)")
          }
        }
      }
      for _ in 0..<2 {
        #expect(try !yett.ask(.post("x", to: "/a", "Connection: close")).isHit)
        #expect(
          try !yett.ask("GET /a HTTP/1.1\r\nHost: a.example\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx").isHit)
      }
    }
  }

  @Test("RFC 9110 §9.3.2: HEAD is answered from a stored GET, without its body")
  func head() throws {
    let origin = try Origin()
    try withYett(Self.cached(origin)) { yett in
      let client = try yett.connect()
      try client.send(.get("/a"))
      try origin.answer(.ok("hello", "Cache-Control: max-age=60"))
      _ = try client.answer()
      try client.send(.get("/a", method: "HEAD") + .get("/a"))
      let head = try client.answer(to: "HEAD")
      #expect(head.isHit && head["Content-Length"] == "5")
      #expect(try client.answer().text == "hello")
    }
  }

  @Test("§4.1: each variant is its own; the one that a client's fields select is served")
  func vary() throws {
    let origin = try AutomaticOrigin { request in
      .ok(request["Accept-Language"] ?? "none", "Cache-Control: max-age=60", "Vary: accept-language")
    }
    try withYett(Setup(origin.endpoint, route: "")) { yett in
      for isSecond in [false, true] {
        for language in ["gd", "sco", "none"] {
          let field = language == "none" ? "X-A: b" : "Accept-Language: \(language)"
          let answer = try yett.ask(.get("/a", field, "Connection: close"))
          #expect(answer.text == language && answer.isHit == isSecond)
        }
      }
      #expect(origin.requests.count == 3)
    }
  }

  @Test(
    "§4.3.2 and RFC 9110 §13: a client that has it gets a 304",
    arguments: [
      ("If-None-Match: \"v1\"", 304), ("If-None-Match: W/\"v1\"", 304), ("If-None-Match: \"v0\", \"v1\"", 304),
      ("If-None-Match: *", 304), ("If-None-Match: \"v2\"", 200),
      ("If-Modified-Since: Tue, 15 Nov 1994 08:12:31 GMT", 304),
      ("If-Modified-Since: Tue, 15 Nov 1994 08:12:30 GMT", 200), ("If-Modified-Since: nonsense", 200),
      ("If-None-Match: \"v2\"\r\nIf-Modified-Since: Tue, 15 Nov 1994 08:12:31 GMT", 200),
    ])
  func conditional(field: String, status: Int) throws {
    let origin = try Origin()
    let stored = ["Cache-Control: max-age=60", "ETag: \"v1\"", "Last-Modified: Tue, 15 Nov 1994 08:12:31 GMT"]
    try withYett(Self.cached(origin)) { yett in
      let client = try yett.connect()
      try client.send(.get("/a"))
      try origin.answer(.ok("hello", stored[0], stored[1], stored[2]))
      _ = try client.answer()
      try client.send(.get("/a", field))
      let answer = try client.answer()
      #expect(answer.status == status && answer["ETag"] == "\"v1\"" && answer.text == (status == 304 ? "" : "hello"))
      try client.send(.get("/a"))
      #expect(try client.answer().text == "hello", "the connection is whole")
    }
  }

  @Test("a client's condition does not reach the origin of a fill: its 304 would be nobody's page")
  func unconditionalFill() throws {
    let origin = try Origin()
    try withYett(Self.cached(origin)) { yett in
      let client = try yett.connect()
      try client.send(.get("/a", "If-None-Match: \"v1\"", "If-Modified-Since: Tue, 15 Nov 1994 08:12:31 GMT"))
      let request = try origin.answer(.ok("hello", "Cache-Control: max-age=60", "ETag: \"v1\"")).request
      #expect(request["If-None-Match"] == nil && request["If-Modified-Since"] == nil)
      #expect(try client.answer().status == 304)
    }
  }

  @Test("RFC 9110 §14: a Range on a stored object is answered whole; on anything else passed and never stored")
  func range() throws {
    let origin = try Origin()
    try withYett(Self.cached(origin)) { yett in
      let client = try yett.connect()
      for _ in 0..<2 {
        try client.send(.get("/a", "Range: bytes=0-1", "Connection: keep-alive"))
        let (request, inside) = try origin.answer(
          .ok(
            "he", "Content-Range: bytes 0-1/5", "Cache-Control: max-age=60", "Connection: close",
            status: "206 Partial Content"))
        #expect(request["Range"] == "bytes=0-1")
        #expect(try client.answer().status == 206)
        inside.close()
      }
      try client.send(.get("/a"))
      try origin.answer(.ok("hello", "Cache-Control: max-age=60"))
      #expect(try client.answer().text == "hello")
      try client.send(.get("/a", "Range: bytes=0-1"))
      let answer = try client.answer()
      #expect(answer.status == 200 && answer.text == "hello" && answer.isHit)
    }
  }

  @Test("§5.1: Age counts on from what the origin says; Date stays")
  func age() throws {
    let origin = try Origin()
    try withYett(Self.cached(origin)) { yett in
      let client = try yett.connect()
      try client.send(.get("/a"))
      try origin.answer(.ok("hello", "Cache-Control: max-age=600", "Age: 100"))
      let date = try client.answer()["Date"]
      try client.send(.get("/a"))
      let answer = try client.answer()
      #expect(answer.isHit && answer["Age"].flatMap { Int($0) }.map { (100..<130).contains($0) } == true)
      #expect(answer["Date"] == date && answer.head.all("Age").count == 1)
    }
  }

  @Test("a route may say that cookies are stored, or give a lifetime where the origin gives none")
  func routeKeys() throws {
    for (keys, fields) in [
      ("cache: { set_cookie: store }", "Cache-Control: max-age=60\r\nSet-Cookie: a=b"),
      ("cache: { default_ttl: 5m }", "X-A: b"),
    ] {
      let origin = try Origin()
      try withYett(Setup(origin.endpoint, route: keys)) { yett throws in
        #expect(try Self.isReused(.get("/a"), .ok("hello", fields), by: yett, origin), "\(keys)")
      }
    }
  }

  @Test("what is served again has no field of the connection it came by")
  func hops() throws {
    let origin = try Origin()
    try withYett(Self.cached(origin)) { yett in
      let client = try yett.connect()
      try client.send(.get("/a"))
      try origin.answer(
        .ok(
          "hello", "Cache-Control: max-age=60", "Connection: X-Drop", "X-Drop: 1", "Keep-Alive: timeout=5", "X-Kept: 1")
      )
      let first = try client.answer()
      try client.send(.get("/a"))
      let second = try client.answer()
      for answer in [first, second] {
        #expect(answer["X-Drop"] == nil && answer["Keep-Alive"] == nil && answer["X-Kept"] == "1")
      }
      #expect(first["X-Request-ID"] != second["X-Request-ID"])
    }
  }
}

extension Answer {
  /// Whether `Cache-Status` (RFC 9211) says that no origin was asked.
  var isHit: Bool { self["Cache-Status"]?.contains("; hit") == true }
}
