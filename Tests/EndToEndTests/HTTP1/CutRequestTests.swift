import Testing

@Suite("A request that turns out malformed or cut short is never finished towards the origin (RFC 9112 §8)")
struct CutRequestTests {
  /// What may not follow a good first chunk.
  static let chunks = [
    "0x3\r\nabc\r\n", "+3\r\nabc\r\n", "-1\r\n", " 3\r\nabc\r\n", "3 \r\nabc\r\n", "\r\n", "g\r\n", "3\nabc\r\n",
    "3\rabc\r\n", "3;a\nb\r\nabc\r\n", "3;a\u{0}\r\nabc\r\n", "3\r\nabcX\r\n", "3\r\nabc\n", "3\r\nabc0\r\n\r\n",
    "10000000000000000\r\n", "8000000000000000\r\n", "FFFFFFFFFFFFFFFF\r\n", "0\r\nX-A : b\r\n\r\n",
    "0\r\nX-A: b\n\r\n",
    "0\r\n X: b\r\n\r\n", "3;" + String(repeating: "x", count: 20_000),
  ]

  @Test("a malformed chunk")
  func malformed() throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint)) { yett in
      for chunk in Self.chunks {
        let name = String(chunk.prefix(20)).debugDescription
        let client = try yett.connect()
        try client.send(.get("/", "Transfer-Encoding: chunked", method: "POST") + "5\r\nfirst\r\n")
        client.offer(chunk)
        #expect(try client.answer(to: "POST").status == 400, "\(name)")
        #expect(try client.rest().octets == [], "\(name)")
        try expectUnfinished(at: origin, name)
      }
    }
  }

  @Test(
    "a malformed chunk after the origin has begun to read", arguments: ["0x3\r\nabc\r\n", "3\nabc\r\n", "3\r\nabcX"])
  func malformedLater(chunk: String) throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint)) { yett in
      let client = try yett.connect()
      let part = String(repeating: "p", count: 0x20000)
      try client.send(.get("/", "Transfer-Encoding: chunked", method: "POST") + "20000\r\n\(part)\r\n")
      let inside = try origin.accept()
      _ = try inside.head()
      var data = 0
      while data < 0x20000 { data += try inside.chunk()?.count ?? 0x20000 }
      client.offer(chunk)
      #expect(try !String(decoding: inside.rest().octets, as: UTF8.self).hasSuffix("0\r\n\r\n"))
      #expect(try client.answer(to: "POST").status == 400)
    }
  }

  @Test(
    "a body that ends before its length, or its last chunk",
    arguments: ["Content-Length: 10", "Transfer-Encoding: chunked"])
  func cut(framing: String) throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint)) { yett in
      for ending in ["fin", "close", "reset"] {
        let client = try yett.connect()
        try client.send(
          .get("/", framing, method: "POST") + "5\r\nabcde\r\n".prefix(framing.hasSuffix("chunked") ? 10 : 5))
        let inside = try? origin.accept(by: Deadline(in: .milliseconds(500)))
        switch ending {
        case "fin": client.finishSending()
        case "close": client.close()
        default: try client.reset()
        }
        if ending == "fin" {
          let answer = try String(decoding: client.rest().octets, as: UTF8.self)
          #expect(answer.isEmpty || answer.hasPrefix("HTTP/1.1 400"), "\(ending)")
        }
        if let inside { try expectUnfinished(inside, ending) }
      }
    }
  }

  private func expectUnfinished(at origin: Origin, _ name: String) throws {
    while let inside = try origin.waiting() { try expectUnfinished(inside, name) }
  }

  private func expectUnfinished(_ inside: Connection, _ name: String) throws {
    let octets = try inside.rest().octets
    let text = String(decoding: octets, as: UTF8.self)
    #expect(!text.hasSuffix("0\r\n\r\n"), "\(name): the origin was told that this was all")
    if let range = text.range(of: "\r\n\r\n"),
      let length = Head(text: String(text[..<range.upperBound]))["Content-Length"]
    {
      #expect(text[range.upperBound...].utf8.count < Int(length) ?? 0, "\(name): the origin got a whole body")
    }
  }
}
