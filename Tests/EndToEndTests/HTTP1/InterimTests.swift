import Testing

@Suite("Interim answers and expectations (RFC 9110 §15.2 and §10.1.1)")
struct InterimTests {
  @Test("§15.2: interim answers are passed on, in their order, before the final one")
  func passedOn() throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint)) { yett in
      let client = try yett.connect()
      try client.send(.get())
      let inside = try origin.accept()
      _ = try inside.request()
      try inside.send("HTTP/1.1 102 Processing\r\n\r\n")
      #expect(try client.answer().status == 102)
      try inside.send("HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\nConnection: X-B\r\nX-B: 1\r\n\r\n" + .ok())
      let hints = try client.answer()
      #expect(hints.status == 103 && hints["Link"] == "</a.css>" && hints["X-B"] == nil)
      #expect(try client.answer().text == "hello")
    }
  }

  @Test("§15.2: a client of HTTP/1.0 gets none of them")
  func notToOld() throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint)) { yett in
      let client = try yett.connect()
      try client.send("GET / HTTP/1.0\r\nHost: test.example\r\n\r\n")
      try origin.answer("HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n" + .ok())
      #expect(try client.answer().status == 200)
    }
  }

  @Test("§15.2.2: a 101 that was not asked for is a 502")
  func switching() throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint)) { yett in
      let client = try yett.connect()
      try client.send(.get("/", "Connection: Upgrade", "Upgrade: h2c"))
      let (_, inside) = try origin.answer(
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n")
      #expect(try client.answer().status == 502)
      #expect(try inside.rest().octets == [])
    }
  }

  @Test("interim answers without end are an answer that never comes: 502 or 504")
  func endless() throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint, pool: "timeouts: { first_byte: 2s }")) { yett in
      let client = try yett.connect()
      try client.send(.get())
      let inside = try origin.accept()
      _ = try inside.request()
      for _ in 0..<10_000 { inside.offer("HTTP/1.1 102 Processing\r\n\r\n") }
      var status = 102
      while status == 102 { status = try client.answer().status }
      #expect([502, 504].contains(status))
    }
  }

  @Test("§10.1.1: `100-continue` goes on with the head, and the body is asked for at the origin's 100")
  func expectation() throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint)) { yett in
      let client = try yett.connect()
      try client.send(.get("/", "Content-Length: 4", "Expect: 100-Continue", method: "POST"))
      let inside = try origin.accept()
      #expect(try inside.head()["Expect"]?.lowercased() == "100-continue")
      try inside.send("HTTP/1.1 100 Continue\r\n\r\n")
      #expect(try client.answer().status == 100)
      try client.send("body")
      #expect(try inside.octets(4) == Array("body".utf8))
      try inside.send(.ok())
      #expect(try client.answer(to: "POST").text == "hello")
    }
  }

  @Test("§10.1.1: an origin that says nothing gets the body after a second")
  func silentOrigin() throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint)) { yett in
      let client = try yett.connect()
      try client.send(.get("/", "Content-Length: 4", "Expect: 100-continue", method: "POST"))
      let inside = try origin.accept()
      _ = try inside.head()
      #expect(try client.answer().status == 100)
      try client.send("body")
      #expect(try inside.octets(4) == Array("body".utf8))
      try inside.send(.ok())
      #expect(try client.answer(to: "POST").text == "hello")
    }
  }

  @Test("§10.1.1: an origin that refuses is heard before the body is sent")
  func refusal() throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint)) { yett in
      let client = try yett.connect()
      try client.send(.get("/", "Content-Length: 4", "Expect: 100-continue", method: "POST"))
      let inside = try origin.accept()
      _ = try inside.head()
      try inside.send(.ok("too large", status: "413 Content Too Large"))
      let answer = try client.answer(to: "POST")
      #expect(answer.status == 413 && answer.text == "too large")
      #expect(try inside.rest().octets == [], "the origin's connection is not used again")
    }
  }

  @Test("§10.1.1: another expectation is a 417")
  func unknownExpectation() throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint)) { yett throws in
      #expect(try yett.ask(.get("/", "Expect: 200-ok", "Connection: close")).status == 417)
      #expect(try origin.waiting() == nil)
    }
  }
}
