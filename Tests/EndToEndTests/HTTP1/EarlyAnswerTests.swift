import Testing

@Suite("An answer that comes before the request's end (RFC 9112 §9.6)")
struct EarlyAnswerTests {
  static let part = String(repeating: "p", count: 50_000)

  @Test("of the origin: it is passed on, and the origin's connection closed after it")
  func ofOrigin() throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint)) { yett in
      let client = try yett.connect()
      try client.send(.get("/", "Content-Length: 1000000", method: "POST") + Self.part + Self.part)
      let inside = try origin.accept()
      _ = try inside.head()
      try inside.send(.ok("enough", status: "413 Content Too Large"))
      let answer = try client.answer(to: "POST")
      #expect(answer.status == 413 && answer.text == "enough")
      let (read, _) = try inside.rest()
      #expect(read.count < 1_000_000)
      #expect(try client.rest().octets == [], "the client's connection ends after it as well")
    }
  }

  @Test("of Yett: the body is read and dropped a while, so that the 413 is read", arguments: [200_000, 100_000_000])
  func ofYett(octets: Int) throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint, route: "cache: off, body_limit: 1KiB")) { yett in
      let client = try yett.connect()
      try client.send(.get("/", "Content-Length: \(octets)", method: "POST"))
      for _ in 0..<4 { try client.send(Self.part) }
      let answer = try client.answer(to: "POST")
      #expect(answer.status == 413 && answer["Connection"]?.lowercased() == "close")
      #expect(try client.rest().octets == [])
      #expect(try origin.waiting() == nil)
    }
  }

  @Test("lingering is bounded: who sends on and on is cut")
  func bounded() throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint, route: "cache: off, body_limit: 1KiB")) { yett in
      let client = try yett.connect()
      try client.send(.get("/", "Content-Length: 1000000000", method: "POST"))
      _ = try client.head()
      let sent = client.stuff(Array(Self.part.utf8), quiet: .seconds(10), limit: 1_000_000_000)
      #expect(sent < 64_000_000)
    }
  }

  @Test("a chunked body that outgrows its route's limit is a 413, and never finished towards the origin")
  func outgrown() throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint, route: "cache: off, body_limit: 100KiB")) { yett in
      let client = try yett.connect()
      try client.send(.get("/", "Transfer-Encoding: chunked", method: "POST"))
      for _ in 0..<4 { client.offer("C350\r\n\(Self.part)\r\n") }
      #expect(try client.answer(to: "POST").status == 413)
      while let inside = try origin.waiting() {
        #expect(try !String(decoding: inside.rest().octets, as: UTF8.self).hasSuffix("0\r\n\r\n"))
      }
    }
  }
}
