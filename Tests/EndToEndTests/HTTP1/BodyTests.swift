import Testing

@Suite("Bodies both ways (RFC 9112 §6 and §7)")
struct BodyTests {
  @Test("§6.2: a length stays a length, both ways", arguments: [0, 1, 16_384, 300_000])
  func length(octets: Int) throws {
    let origin = try Origin()
    let body = String(repeating: "x", count: octets)
    try withYett(Setup(origin.endpoint)) { yett in
      let client = try yett.connect()
      try client.send(.post(body))
      let (request, _) = try origin.answer(.ok(body))
      #expect(request["Content-Length"] == "\(octets)" && request["Transfer-Encoding"] == nil && request.text == body)
      let answer = try client.answer(to: "POST")
      #expect(answer["Content-Length"] == "\(octets)" && answer["Transfer-Encoding"] == nil && answer.text == body)
    }
  }

  @Test("§7.1: chunks come as data, both ways; extensions and trailers go no further")
  func chunked() throws {
    let origin = try Origin()
    let body = "3;a=b\r\nabc\r\nA\r\n0123456789\r\n000\r\nX-Trailer: 1\r\nHost: evil\r\n\r\n"
    try withYett(Setup(origin.endpoint)) { yett in
      let client = try yett.connect()
      try client.send(.get("/", "Transfer-Encoding: chunked", "Trailer: X-Trailer", method: "PUT") + body)
      let inside = try origin.accept()
      let head = try inside.head()
      if head["Transfer-Encoding"] == "chunked" {
        #expect(try inside.chunks() == Array("abc0123456789".utf8))
      } else {
        #expect(head["Content-Length"] == "13", "a body that was there whole may have a length")
        #expect(try inside.octets(13) == Array("abc0123456789".utf8))
      }
      #expect(inside.isQuiet && head["Trailer"] == nil && head["X-Trailer"] == nil)
      try inside.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Trailer\r\n\r\n" + body)
      let answer = try client.head()
      #expect(answer["Transfer-Encoding"] == "chunked" && answer["Trailer"] == nil)
      let rest = try client.octets(through: "0\r\n\r\n")
      #expect(!String(decoding: rest, as: UTF8.self).contains("X-Trailer"))
      #expect(client.isQuiet)
    }
  }

  @Test("a body comes through while it is still being made, both ways")
  func streamed() throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint, route: "cache: off, body_limit: 1MiB")) { yett in
      let client = try yett.connect()
      let part = String(repeating: "p", count: 100_000)
      try client.send(.get("/", "Content-Length: 200000", method: "POST") + part)
      let inside = try origin.accept()
      _ = try inside.head()
      #expect(try inside.octets(100_000).count == 100_000)
      try client.send(part)
      #expect(try inside.octets(100_000).count == 100_000)
      try inside.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n")
      _ = try client.head()
      #expect(try client.chunk() == Array("first".utf8))
      try inside.send("6\r\nsecond\r\n0\r\n\r\n")
      #expect(try client.chunk() == Array("second".utf8))
      #expect(try client.chunk() == nil)
    }
  }

  @Test("RFC 9110 §9.3.2: an answer to HEAD has fields and no body, whatever its length says")
  func head() throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint)) { yett in
      let client = try yett.connect()
      try client.send(.get(method: "HEAD"))
      let inside = try origin.accept()
      #expect(try inside.request().method == "HEAD")
      try inside.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
      let answer = try client.answer(to: "HEAD")
      #expect(answer.status == 200 && answer["Content-Length"] == "1000")
      try client.send(.get("/next"))
      #expect(try inside.request().target == "/next", "its connection is whole")
      try inside.send(.ok())
      #expect(try client.answer().text == "hello")
    }
  }

  @Test("RFC 9112 §6.3: 204 and 304 have no body", arguments: [204, 304])
  func bodiless(status: Int) throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint)) { yett in
      let client = try yett.connect()
      try client.send(.get())
      let (_, inside) = try origin.answer("HTTP/1.1 \(status) Fine\r\nETag: \"a\"\r\n\r\n")
      let answer = try client.answer()
      #expect(answer.status == status && answer["Transfer-Encoding"] == nil && answer["ETag"] == "\"a\"")
      try client.send(.get("/next"))
      _ = try inside.request()
      try inside.send(.ok())
      #expect(try client.answer().text == "hello")
    }
  }

  @Test(
    "RFC 9112 §6.3: a request without framing has no body, whatever its method", arguments: ["POST", "PUT", "DELETE"])
  func unframed(method: String) throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint)) { yett in
      let client = try yett.connect()
      try client.send(.get(method: method) + .get("/second"))
      let (request, inside) = try origin.answer(.ok())
      #expect(request.method == method && request.body.isEmpty)
      #expect(try inside.request().target == "/second")
      try inside.send(.ok())
      #expect(try client.answer(to: method).status == 200)
      #expect(try client.answer().status == 200)
    }
  }
}
