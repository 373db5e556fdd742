import Testing

@Suite("Answers of the origin are held to the same strictness (RFC 9112 §4, §6.3 and §8)")
struct AnswerStrictnessTests {
  static let heads =
    [
      "hello\r\n\r\n", "HTTP/1.1 abc OK\r\n\r\n", "HTTP/1.1 99 Low\r\n\r\n",
      "HTTP/1.1 600 High\r\nContent-Length: 0\r\n\r\n",
      "HTTP/1.1 2000 Long\r\n\r\n", "HTTP/2 200 OK\r\n\r\n", "ICY 200 OK\r\n\r\n", "HTTP/1.1  200 OK\r\n\r\n",
      "HTTP/1.1 200 OK\nContent-Length: 0\n\n", "HTTP/1.1 200 OK\r\nContent-Length: 0\n\r\n", "\0\0\0\0\r\n\r\n",
    ]
    + [
      "Content-Length: 3\r\nTransfer-Encoding: chunked", "Content-Length: 3\r\nContent-Length: 4", "Content-Length: -1",
      "Content-Length: 3, 4", "Content-Length: x", "Content-Length: 99999999999999999999",
      "Transfer-Encoding: gzip, chunked",
      "Transfer-Encoding: chunked, chunked", "Transfer-Encoding: identity", "X-A: b\r\n c", "X-A : b", "X-A: \0", "X-A",
      ": b",
      "X-A: b\rc", "X-A: " + String(repeating: "x", count: 100_000),
    ].map { "HTTP/1.1 200 OK\r\n\($0)\r\n\r\nabc" }

  @Test("a malformed head is a 502, and its connection is not used again")
  func malformedHead() throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint)) { yett in
      let client = try yett.connect()
      for head in Self.heads {
        let name = String(head.prefix(60)).debugDescription
        try client.send(.get())
        let inside = try origin.accept()
        _ = try inside.request()
        inside.offer(head)
        let answer = try client.answer()
        #expect(answer.status == 502, "\(name)")
        #expect(try inside.rest().octets == [], "\(name)")
      }
      #expect(client.isQuiet, "the client's connection is whole")
    }
  }

  @Test(
    "an answer that ends in its head is a 502", arguments: ["HTTP/1.1 200", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n"])
  func cutHead(head: String) throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint)) { yett in
      let client = try yett.connect()
      try client.send(.get())
      let (_, inside) = try origin.answer(head)
      inside.close()
      #expect(try client.answer().status == 502)
      #expect(try origin.waiting() == nil, "it had begun: nobody is asked again")
    }
  }

  /// Head and first part of a body, and what goes wrong then.
  static let bodies: [(head: String, then: String?)] = [
    ("Content-Length: 10\r\n\r\nfirst", nil),
    ("Transfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n", nil),
    ("Transfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n", "x\r\n"),
    ("Transfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n", "3\nabc\r\n"),
    ("Transfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n", "8000000000000000\r\n"),
    ("Transfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n", "3\r\nabcX\r\n"),
    ("Transfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n", "0\r\nX-A : b\r\n\r\n"),
  ]

  @Test("once the head is out, nobody takes the answer for whole", arguments: bodies)
  func abortedBody(head: String, then: String?) throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint)) { yett in
      let client = try yett.connect()
      try client.send(.get())
      let (_, inside) = try origin.answer("HTTP/1.1 200 OK\r\n" + head)
      let got = try client.head()
      #expect(try client.octets(through: "first").count >= 5)
      if let then { try inside.send(then) } else { inside.close() }
      let (rest, _) = try client.rest()
      #expect(!String(decoding: rest, as: UTF8.self).hasSuffix("0\r\n\r\n"))
      if case .length = got.framing { #expect(rest.count < 5) }
    }
  }

  @Test("where only the close would end it, the end is a reset")
  func abortedOld() throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint)) { yett in
      let client = try yett.connect()
      try client.send("GET / HTTP/1.0\r\nHost: test.example\r\n\r\n")
      let (_, inside) = try origin.answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n")
      _ = try client.octets(through: "first")
      inside.close()
      #expect(try client.rest().ending == .reset)
    }
  }

  @Test("an origin's reset in a body that only its close ends is no end")
  func resetBody() throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint)) { yett in
      let client = try yett.connect()
      try client.send(.get())
      let (_, inside) = try origin.answer("HTTP/1.1 200 OK\r\n\r\nfirst")
      _ = try client.octets(through: "first")
      try inside.reset()
      #expect(try !String(decoding: client.rest().octets, as: UTF8.self).hasSuffix("0\r\n\r\n"))
    }
  }

  @Test(
    "RFC 9112 §9.2: octets behind an answer close the connection and reach nobody",
    arguments: [
      .ok("hello") + "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\nevil",
      "HTTP/1.1 204 No Content\r\n\r\nevil",
      filling(16_384) + .ok("evil"), filling(65_536) + .ok("evil"),
    ])
  func behind(text: String) throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint)) { yett in
      let client = try yett.connect()
      try client.send(.get())
      let (_, inside) = try origin.answer(text)
      #expect(try !client.answer().text.contains("evil"))
      #expect(try inside.rest().octets == [])
      try client.send(.get())
      try origin.answer(.ok("good"))
      #expect(try client.answer().text == "good")
      #expect(client.isQuiet)
    }
  }

  /// An answer of so many octets with its head: a read that a buffer's size ends leaves what is behind in the kernel.
  private static func filling(_ octets: Int) -> String {
    let body = String(repeating: "a", count: octets - String.ok("").utf8.count - String(octets).utf8.count + 1)
    return .ok(body)
  }

  @Test("octets that an idle connection brings close it, and answer nobody")
  func idle() throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint)) { yett in
      let client = try yett.connect()
      try client.send(.get())
      let (_, inside) = try origin.answer(.ok())
      #expect(try client.answer().text == "hello")
      try inside.send(.ok("evil"))
      #expect(try inside.rest().octets == [])
      try client.send(.get())
      try origin.answer(.ok("good"))
      #expect(try client.answer().text == "good")
    }
  }
}
