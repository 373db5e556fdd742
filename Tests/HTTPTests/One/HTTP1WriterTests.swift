import Bytes
import HTTP
import Testing

@Suite("RFC 9112: what is written")
struct HTTP1WriterTests {
  private func block(_ fields: [(String, String)]) throws -> FieldBlock {
    var block = FieldBlock()
    for (name, value) in fields {
      let (name, value) = (Array(name.utf8), Array(value.utf8))
      try block.append(name: name.span, value: value.span, known: FieldName(name.span))
    }
    return block
  }

  private func request(
    method: String = "GET", target: String = "/", host: String = "a", fields: [(String, String)] = [],
    framing: BodyFraming = .none, close: Bool = false
  ) throws -> String {
    let pool = BufferPool()
    var buffer = pool.take(.small)
    let block = try block(fields)
    let (method, target, host) = (Array(method.utf8), Array(target.utf8), Array(host.utf8))
    do throws(WriteError) {
      try HTTP1Writer.request(
        method: method.span, target: target.span, host: host.span, fields: block, framing: framing, close: close,
        into: &buffer)
    } catch {
      #expect(buffer.isEmpty == true)
      throw error
    }
    return text(buffer.readable)
  }

  @Test("§3: a request's head")
  func requestHead() throws {
    #expect(try request() == "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(
      try request(
        method: "M-SEARCH", target: "/a?b", host: "a:8080", fields: [("X-Y", "z"), ("Via", "1.1 y")],
        framing: .length(12),
        close: true)
        == "M-SEARCH /a?b HTTP/1.1\r\nHost: a:8080\r\nX-Y: z\r\nVia: 1.1 y\r\nContent-Length: 12\r\nConnection: close\r\n\r\n"
    )
    #expect(try request(framing: .chunked) == "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
    #expect(try request(framing: .length(0)) == "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")
  }

  @Test("§11.1: nothing is sent that would be another message for the next reader")
  func requestSplitting() {
    #expect(throws: WriteError.badMethod) { try request(method: "") }
    #expect(throws: WriteError.badMethod) { try request(method: "G T") }
    #expect(throws: WriteError.badMethod) { try request(method: "G\r\n") }
    for octet in ["\r", "\n", "\r\n", "\u{0}", " ", "\t", "\u{7F}"] {
      #expect(throws: WriteError.badTarget) { try request(target: "/a\(octet)b") }
      #expect(throws: WriteError.badHost) { try request(host: "a\(octet)b") }
    }
    #expect(throws: WriteError.badTarget) { try request(target: "") }
    #expect(throws: WriteError.badFraming) { try request(framing: .untilClose) }
    for name in ["Content-Length", "transfer-encoding", "Host", "Connection"] {
      #expect(throws: WriteError.reservedField) { try request(fields: [("X", "1"), (name, "1")]) }
    }
  }

  @Test(
    "RFC 9110 §5.5: a field that would be two lines is refused, and nothing of it kept",
    arguments: ["\r", "\n", "\r\n", "\u{0}", "\u{1}", "\u{7F}"])
  func fieldSplitting(octet: String) throws {
    var block = try block([("A", "b")])
    let (good, bad) = (Array("X".utf8), Array("Y\(octet)Z".utf8))
    #expect(throws: FieldError.badValue) { try block.append(name: good.span, value: bad.span, known: .other) }
    #expect(throws: FieldError.badName) { try block.append(name: bad.span, value: good.span, known: .other) }
    #expect(throws: FieldError.badName) { try block.append(name: Span(), value: good.span, known: .other) }
    #expect(throws: FieldError.badValue) { try block.append("X", bad.span, known: .other) }
    #expect(String(decoding: block.octets, as: UTF8.self) == "A: b\r\n")
    #expect(block.slots.count == 1)
    try block.append(name: good.span, value: Array("a\tb".utf8).span, known: .other)
    #expect(String(decoding: block.octets, as: UTF8.self) == "A: b\r\nX: a\tb\r\n")
  }

  @Test(
    "§4: an answer's head",
    arguments: [
      (
        200, BodyFraming.length(7), ConnectionOption.none,
        "HTTP/1.1 200 OK\r\nA: b\r\nAge: 1\r\nContent-Length: 7\r\n\r\n"
      ),
      (
        404, BodyFraming.none, .close,
        "HTTP/1.1 404 Not Found\r\nA: b\r\nAge: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
      ),
      (304, nil, .none, "HTTP/1.1 304 Not Modified\r\nA: b\r\nAge: 1\r\n\r\n"),
      (299, .chunked, .none, "HTTP/1.1 299 \r\nA: b\r\nAge: 1\r\nTransfer-Encoding: chunked\r\n\r\n"),
      (200, .untilClose, .close, "HTTP/1.1 200 OK\r\nA: b\r\nAge: 1\r\nConnection: close\r\n\r\n"),
      (
        200, .length(1), .keepAlive,
        "HTTP/1.1 200 OK\r\nA: b\r\nAge: 1\r\nContent-Length: 1\r\nConnection: keep-alive\r\n\r\n"
      ),
    ] as [(UInt16, BodyFraming?, ConnectionOption, String)])
  func response(status: UInt16, framing: BodyFraming?, connection: ConnectionOption, head: String) throws {
    var buffer = BufferPool().take(.small)
    let (stored, added) = (try block([("A", "b")]), try block([("Age", "1")]))
    try HTTP1Writer.response(
      status: status, stored: stored.octets.span, added: added, framing: framing, connection: connection, into: &buffer)
    #expect(text(buffer.readable) == head)
  }

  @Test("a head that has no room, or no status, leaves nothing behind")
  func whole() throws {
    var buffer = BufferPool().take(.small)
    let long = try block([("X", String(repeating: "a", count: 16_300))])
    let empty = FieldBlock()
    #expect(throws: WriteError.noRoom) {
      try HTTP1Writer.response(
        status: 200, stored: Span(), added: long, framing: nil, connection: .none, into: &buffer)
    }
    let (method, target, host) = (Array("GET".utf8), Array("/".utf8), Array("a".utf8))
    #expect(throws: WriteError.noRoom) {
      try HTTP1Writer.request(
        method: method.span, target: target.span, host: host.span, fields: long, framing: .none, close: false,
        into: &buffer)
    }
    for status in [0, 99, 1_000, 65_535] as [UInt16] {
      #expect(throws: WriteError.badStatus) {
        try HTTP1Writer.response(
          status: status, stored: Span(), added: empty, framing: nil, connection: .none, into: &buffer)
      }
    }
    #expect(throws: WriteError.badStatus) { try HTTP1Writer.interim(status: 200, fields: empty, into: &buffer) }
    #expect(throws: WriteError.reservedField) {
      try HTTP1Writer.response(
        status: 200, stored: Span(), added: try block([("Content-Length", "1")]), framing: nil, connection: .none,
        into: &buffer)
    }
    #expect(buffer.isEmpty == true)
  }

  @Test("the slack of a head covers the longest of each line")
  func slack() throws {
    for status in UInt16(100)...999 {
      for framing in [BodyFraming.length(.max), .chunked] {
        var buffer = BufferPool().take(.small)
        let filler = [UInt8](repeating: 0x61, count: 16_384 - 160)
        try HTTP1Writer.response(
          status: status, stored: filler.span, added: FieldBlock(), framing: framing, connection: .keepAlive,
          into: &buffer)
        #expect(text(buffer.readable).hasSuffix("\r\nConnection: keep-alive\r\n\r\n"))
      }
    }
  }

  @Test("RFC 9110 §15.2: interim heads")
  func interim() throws {
    var buffer = BufferPool().take(.small)
    try HTTP1Writer.continueHead(into: &buffer)
    try HTTP1Writer.interim(status: 103, fields: block([("Link", "x")]), into: &buffer)
    #expect(text(buffer.readable) == "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n")
  }

  @Test("§7.1: chunks are read again as they were written", arguments: [1, 15, 16, 4_096, 10_000])
  func chunks(count: Int) throws {
    var buffer = BufferPool().take(.large)
    let body = [UInt8](repeating: 0x62, count: count)
    for _ in 0..<2 {
      try HTTP1Writer.chunkHead(count, into: &buffer)
      buffer.append(body.span)
      buffer.append(HTTP1Writer.chunkTail)
    }
    // A chunk of nothing would end the body.
    try HTTP1Writer.chunkHead(0, into: &buffer)
    buffer.append(HTTP1Writer.lastChunk)
    var octets: [UInt8] = []
    octets.append(buffer.readable)
    #expect(
      BodyDecoderTests.read(octets, .chunked, ends: [octets.count])
        == .whole(BodyDecoderTests.Body(octets: body + body, used: octets.count)))
  }

  @Test("a head that was written reads the same again")
  func again() throws {
    let head = try request(
      target: "/a?b", host: "a:81", fields: [("X-Y", "z"), ("Cookie", "a=b")], framing: .length(5), close: true)
    guard case .whole(let read) = readRequest(head) else {
      Issue.record("not read")
      return
    }
    #expect(read.fields == ["Host=a:81", "X-Y=z", "Cookie=a=b", "Content-Length=5", "Connection=close"])
    #expect(read.framing == .length(5))
    #expect(!read.keepsAlive)
  }
}
