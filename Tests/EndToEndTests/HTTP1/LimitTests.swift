import Testing

@Suite("Limits")
struct LimitTests {
  static func long(_ count: Int) -> String { String(repeating: "x", count: count) }

  @Test(
    "a head beyond its limits is refused and closed",
    arguments: [
      (.get("/" + long(9_000)), 414), (.get("/", "X-A: " + long(40_000)), 431),
      ("GET / HTTP/1.1\r\nHost: test.example\r\n" + String(repeating: "A: b\r\n", count: 100) + "\r\n", 431),
      ("GET /" + long(200_000), 414),
    ])
  func heads(request: String, status: Int) throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint)) { yett in
      let client = try yett.connect()
      client.offer(request)
      #expect(try client.answer().status == status)
      #expect(try client.rest().octets == [])
      #expect(try origin.waiting() == nil)
    }
  }

  @Test("a head at its limits passes")
  func atLimit() throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint)) { yett in
      let client = try yett.connect()
      try client.send(.get("/" + Self.long(8_000), "X-A: " + Self.long(20_000)))
      let (_, inside) = try origin.answer(.ok())
      #expect(try client.answer().status == 200)
      try client.send("GET / HTTP/1.1\r\nHost: test.example\r\n" + String(repeating: "A: b\r\n", count: 99) + "\r\n")
      #expect(try inside.request().head.all("A").count == 99)
      try inside.send(.ok())
      #expect(try client.answer().status == 200)
    }
  }

  @Test("limits are the configuration's")
  func configured() throws {
    let origin = try Origin()
    let limits = "request_line: 1KiB, header_section: 2KiB, header_fields: 10"
    try withYett(Setup(origin.endpoint, limits: limits)) { yett throws in
      #expect(try yett.ask(.get("/" + Self.long(1_100))).status == 414)
      #expect(try yett.ask(.get("/", "X-A: " + Self.long(2_100))).status == 431)
      let fields = String(repeating: "A: b\r\n", count: 10)
      #expect(try yett.ask("GET / HTTP/1.1\r\nHost: test.example\r\n\(fields)\r\n").status == 431)
    }
  }

  @Test(
    "a head that is too slow is a 408 and a close; a silent connection a close",
    arguments: ["GET / HT", .get() + "GET /", ""])
  func slowHead(text: String) throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint, limits: "head_timeout: 300ms, keep_alive: 300ms")) { yett in
      let client = try yett.connect()
      try client.send(text)
      if text.hasPrefix(.get()) {
        try origin.answer(.ok())
        #expect(try client.answer().status == 200)
      }
      let rest = try String(decoding: client.rest().octets, as: UTF8.self)
      #expect(rest.hasPrefix("HTTP/1.1 408 ") || (text.isEmpty && rest.isEmpty))
    }
  }

  @Test("a body slower than the least rate is a 408, and never finished towards the origin")
  func slowBody() throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint)) { yett in
      let client = try yett.connect()
      try client.send(.get("/", "Content-Length: 100000", method: "POST") + "a little")
      #expect(try client.answer(to: "POST", by: Deadline(in: .seconds(40))).status == 408)
      if let inside = try origin.waiting() { #expect(try inside.rest().octets.count < 100_000) }
    }
  }

  @Test("an idle connection ends after `keep_alive`, without a word")
  func keepAlive() throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint, limits: "keep_alive: 300ms")) { yett in
      let client = try yett.connect()
      try client.send(.get())
      try origin.answer(.ok())
      #expect(try client.answer().status == 200)
      #expect(try client.rest() == ([], .closed))
    }
  }

  @Test("RFC 9112 §2.2: nor does an empty line behind a body begin a request that is too slow, or keep it open")
  func strayLine() throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint, limits: "keep_alive: 2s, head_timeout: 300ms")) { yett in
      let client = try yett.connect()
      try client.send(.post("body") + "\r\n")
      try origin.answer(.ok())
      #expect(try client.answer().status == 200)
      try client.send("\r\n")
      #expect(try client.rest() == ([], .closed))
    }
  }

  @Test("who reads nothing for `write_timeout` is cut, and so is its origin")
  func slowReader() throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint, limits: "write_timeout: 500ms")) { yett in
      let client = try yett.connect()
      try client.send(.get())
      let (_, inside) = try origin.answer("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
      let sent = inside.stuff(Array(repeating: 0x61, count: 65_536), quiet: .seconds(10), limit: 1_000_000_000)
      #expect(sent < 100_000_000)
      #expect(try inside.rest().octets == [])
    }
  }

  @Test("connections of one address are bounded, and there is room again when one ends")
  func perAddress() throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint, limits: "connections_per_address: 4")) { yett in
      var kept: [Connection] = []
      var inside: Connection?
      for _ in 0..<4 {
        let client = try yett.connect()
        try client.send(.get())
        if let inside {
          _ = try inside.request()
          try inside.send(.ok())
        } else {
          inside = try origin.answer(.ok()).connection
        }
        #expect(try client.answer().status == 200)
        kept.append(client)
      }
      let fifth = try yett.connect()
      fifth.offer(.get())
      let refusal = try String(decoding: fifth.rest().octets, as: UTF8.self)
      #expect(refusal.isEmpty || refusal.hasPrefix("HTTP/1.1 429") || refusal.hasPrefix("HTTP/1.1 503"))
      kept.removeLast().close()
      // The end of the fourth has to reach Yett first: whoever comes too early is refused, and comes again.
      let deadline = Deadline.patient
      while true {
        let next = try yett.connect()
        next.offer(.get())
        if let inside, inside.socket.isReadable(by: Deadline(in: .milliseconds(200))) {
          _ = try inside.request()
          try inside.send(.ok())
          #expect(try next.answer().status == 200)
          break
        }
        guard !deadline.isOver else { throw Unmet("there was no room again in time") }
      }
    }
  }
}
