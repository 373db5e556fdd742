import Testing

@Suite("HTTP/1.1 connections (RFC 9112 §9)")
struct ConnectionTests {
  @Test("§9.3: requests follow each other on one connection, to the origin as well")
  func keepAlive() throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint)) { yett in
      let client = try yett.connect()
      try client.send(.get("/1"))
      let (first, inside) = try origin.answer(.ok("one"))
      #expect(first.target == "/1")
      #expect(try client.answer().text == "one")
      try client.send(.get("/2"))
      #expect(try inside.request().target == "/2")
      try inside.send(.ok("two"))
      let answer = try client.answer()
      #expect(answer.text == "two" && answer.head.line.hasPrefix("HTTP/1.1 200"))
      #expect(try origin.waiting() == nil, "one connection was enough")
      #expect(client.isQuiet)
    }
  }

  @Test("§9.3.2: pipelined requests are answered one at a time, in their order")
  func pipelining() throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint)) { yett in
      let client = try yett.connect()
      try client.send(.get("/1") + .post("body", to: "/2") + .get("/3"))
      let inside = try origin.accept()
      #expect(try inside.request().target == "/1")
      #expect(inside.isQuiet, "the second waits for the first answer")
      try inside.send(.ok("one"))
      let second = try inside.request()
      #expect(second.target == "/2" && second.text == "body")
      try inside.send(.ok("two"))
      #expect(try inside.request().target == "/3")
      try inside.send(.ok("three"))
      #expect(try ["one", "two", "three"] == [client.answer().text, client.answer().text, client.answer().text])
    }
  }

  @Test("§9.6: `close` is kept, whoever says it", arguments: [true, false])
  func close(byClient: Bool) throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint)) { yett in
      let client = try yett.connect()
      try client.send(byClient ? .get("/", "Connection: close") : .get("/"))
      let (_, inside) = try origin.answer(byClient ? .ok() : .ok("hello", "Connection: close"))
      let answer = try client.answer()
      #expect(answer.text == "hello")
      if byClient {
        #expect(answer["Connection"]?.lowercased() == "close")
        #expect(try client.rest() == ([], .closed))
      } else {
        #expect(try inside.rest() == ([], .closed), "the origin's connection is not used again")
        #expect(answer["Connection"]?.lowercased() != "close", "the origin's wish is not the client's")
        try client.send(.get("/again"))
        try origin.answer(.ok("again"))
        #expect(try client.answer().text == "again")
      }
    }
  }

  @Test(
    "§2.5: a client of HTTP/1.0 gets no chunks, and a close unless it asked for keep-alive", arguments: [true, false])
  func old(keepsAlive: Bool) throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint)) { yett in
      let client = try yett.connect()
      try client.send(
        "GET /old HTTP/1.0\r\nHost: test.example\r\n\(keepsAlive ? "Connection: keep-alive\r\n" : "")\r\n")
      let (request, _) = try origin.answer(.ok())
      #expect(request.version == "HTTP/1.1")
      let answer = try client.answer()
      #expect(answer.text == "hello" && answer["Transfer-Encoding"] == nil)
      if keepsAlive {
        #expect(answer["Connection"]?.lowercased() == "keep-alive")
      } else {
        #expect(try client.rest() == ([], .closed))
      }
    }
  }

  @Test("§2.5: an answer of unknown length to HTTP/1.0 ends with the connection")
  func oldUnknownLength() throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint)) { yett in
      let client = try yett.connect()
      try client.send("GET / HTTP/1.0\r\nHost: test.example\r\nConnection: keep-alive\r\n\r\n")
      try origin.answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")
      let answer = try client.answer()
      #expect(answer.text == "hello" && answer["Transfer-Encoding"] == nil && answer["Connection"] != "keep-alive")
    }
  }

  @Test("§6.3: an origin of HTTP/1.0 is understood, its end is the body's", arguments: ["HTTP/1.0", "HTTP/1.1"])
  func oldOrigin(version: String) throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint)) { yett in
      let client = try yett.connect()
      try client.send(.get())
      let (_, inside) = try origin.answer("\(version) 200 OK\r\n\r\nuntil the end")
      inside.close()
      let answer = try client.answer()
      #expect(answer.text == "until the end" && answer["Transfer-Encoding"] == "chunked")
      try client.send(.get())
      try origin.answer(.ok("next"))
      #expect(try client.answer().text == "next")
    }
  }

  @Test("§9.6: a client that has sent its request and its FIN still gets its answer")
  func halfClosed() throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint)) { yett in
      let client = try yett.connect()
      try client.send(.get())
      client.finishSending()
      try origin.answer(.ok())
      #expect(try client.answer().text == "hello")
      #expect(try client.rest().octets == [])
    }
  }

  @Test("a request that drips in octet by octet is the same request")
  func drip() throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint)) { yett in
      let client = try yett.connect()
      try client.drip(.post("dripping", to: "/drip?slow=1", "X-A: b"))
      let inside = try origin.accept()
      let request = try inside.request()
      #expect(request.target == "/drip?slow=1" && request.text == "dripping" && request["X-A"] == "b")
      try inside.drip(.ok("dropped", "X-C: d"))
      let answer = try client.answer()
      #expect(answer.text == "dropped" && answer["X-C"] == "d")
    }
  }

  @Test("RFC 9112 §2.2: an empty line before a request is skipped")
  func emptyLine() throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint)) { yett in
      let client = try yett.connect()
      try client.send("\r\n" + .get("/after"))
      #expect(try origin.answer(.ok()).request.target == "/after")
      #expect(try client.answer().status == 200)
    }
  }

  @Test("a client that is gone cancels what it asked for", arguments: [true, false])
  func gone(byReset: Bool) throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint)) { yett in
      let client = try yett.connect()
      try client.send(.get())
      let inside = try origin.accept()
      _ = try inside.request()
      try inside.send("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n")
      _ = try client.head()
      if byReset { try client.reset() } else { client.close() }
      _ = inside.stuff(Array(repeating: 0x61, count: 65_536), limit: 100_000_000)
      #expect(try inside.rest().octets == [], "its connection to the origin is closed")
    }
  }
}
