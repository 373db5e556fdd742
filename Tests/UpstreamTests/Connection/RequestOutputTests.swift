import Bytes
import HTTP
import Testing

@testable import Upstream

/// A request as an exchange makes it of a head.
private func request(_ head: String, fields: [(StaticString, String)] = []) throws -> OriginRequest {
  let octets = Array((head + "\r\n\r\n").utf8)
  var parser = RequestHeadParser()
  #expect(try parser.read(octets.span))
  var target = Target()
  try target.assign(
    form: octets.span[clamped: parser.head.target], host: octets.span[clamped: parser.head.host],
    method: parser.head.method, scheme: .http)
  var request = OriginRequest()
  for (name, value) in fields { try request.fields.append(name, Array(value.utf8).span, known: .other) }
  request.assign(parser.head, octets.span, to: target)
  return request
}

/// A request on its way, and what its socket has taken.
private final class Sending {
  private let pool = BufferPool()
  private var output = RequestOutput()
  private(set) var octets: [UInt8] = []

  var text: String { String(decoding: octets, as: UTF8.self) }
  var isWhole: Bool { output.isWhole }
  var isSent: Bool { output.isSent }
  var isEmpty: Bool { output.isEmpty }
  var count: Int { output.count }
  var room: Int { output.room }
  /// Buffers that it holds.
  var buffers: Int { pool.lent }

  func begin(_ request: OriginRequest) throws(WriteError) { try output.begin(request, from: pool) }
  func append(_ octets: ArraySlice<UInt8>) -> Bool { output.append(Array(octets).span, from: pool) }
  func append(_ text: String) -> Bool { append(Array(text.utf8)[...]) }
  func finish() { output.finish(from: pool) }
  func clear() { output.clear(to: pool) }

  /// The socket takes so many octets, or all.
  func take(_ most: Int = .max) {
    let count = Swift.min(most, output.count)
    octets.append(output.readable.extracting(first: count))
    output.consume(count, to: pool)
  }
}

@Suite("RFC 9112 §6, §7.1: requests go to their origin")
struct RequestOutputTests {
  static let head = "POST /a?b=%20 HTTP/1.1\r\nHost: a.example:81"
  static let written = "POST /a?b=%20 HTTP/1.1\r\nHost: a.example:81\r\nX-A: b\r\n"

  @Test("§3, §6.3: without a body it is its head, whole from the start")
  func bodiless() throws {
    for method in ["GET", "HEAD", "BREW", "OPTIONS"] {
      let sending = Sending()
      let request = try request("\(method) /a?b HTTP/1.1\r\nHost: a.example", fields: [("X-A", "b")])
      try sending.begin(request)
      #expect(sending.isWhole && !sending.isSent)
      #expect(sending.room == 0)
      while !sending.isEmpty {
        #expect(!sending.isSent)
        sending.take(1)
      }
      #expect(sending.isSent)
      #expect(sending.text == "\(method) /a?b HTTP/1.1\r\nHost: a.example\r\nX-A: b\r\n\r\n")
      #expect(sending.buffers == 0)
    }
  }

  @Test("§6.2: a body with a length follows as it is, wherever it is cut and however the socket takes it")
  func length() throws {
    let body = Array("hello world".utf8)
    let request = try request(Self.head + "\r\nContent-Length: 11", fields: [("X-A", "b")])
    for cut in 0...body.count {
      for step in [1, 7, 1_000] {
        let sending = Sending()
        try sending.begin(request)
        for part in [0..<cut, cut..<body.count] {
          #expect(sending.room == body.count - part.lowerBound, "never more than the head declares")
          #expect(sending.append(body[part]))
          sending.take(step)
          #expect(!sending.isWhole && !sending.isSent)
        }
        sending.finish()
        while !sending.isEmpty {
          #expect(!sending.isSent)
          sending.take(step)
        }
        #expect(sending.isSent && sending.room == 0)
        #expect(sending.text == Self.written + "Content-Length: 11\r\n\r\nhello world", "cut at \(cut), by \(step)")
        #expect(sending.buffers == 0)
      }
    }
  }

  @Test("§7.1: a body without a length follows in chunks that read back the same, with one last chunk")
  func chunks() throws {
    let body = Array("hello world, hello world".utf8)
    let request = try request(Self.head + "\r\nTransfer-Encoding: chunked", fields: [("X-A", "b")])
    let head = Array((Self.written + "Transfer-Encoding: chunked\r\n\r\n").utf8)
    for cut in 0...body.count {
      for step in [1, 7, 1_000] {
        let sending = Sending()
        try sending.begin(request)
        for part in [0..<cut, cut..<body.count] {
          #expect(sending.append(body[part]))
          sending.take(step)
        }
        while !sending.isEmpty { sending.take(step) }
        #expect(!sending.isSent, "the last chunk has not come")
        sending.finish()
        #expect(!sending.isSent)
        while !sending.isEmpty { sending.take(step) }
        #expect(sending.isSent)
        #expect(sending.octets.starts(with: head))
        #expect(try read(Array(sending.octets.dropFirst(head.count))) == body, "cut at \(cut), by \(step)")
        #expect(sending.buffers == 0)
      }
    }
  }

  /// The body that stands there in chunks, with nothing behind it.
  private func read(_ octets: [UInt8]) throws -> [UInt8] {
    var decoder = BodyDecoder(.chunked)
    var (body, position): ([UInt8], Int) = ([], 0)
    while case .octets(let range) = try decoder.read(octets.span, from: &position) {
      body.append(octets.span.extracting(range))
    }
    #expect(decoder.isComplete && position == octets.count)
    return body
  }

  @Test("§6.3: what is longer or shorter than its head says is never taken for sent")
  func wrongLength() throws {
    let request = try request(Self.head + "\r\nContent-Length: 5")
    let sending = Sending()
    try sending.begin(request)
    #expect(!sending.append("hello!"))
    #expect(sending.append("hell"))
    sending.finish()
    sending.take()
    #expect(sending.isWhole && !sending.isSent)
    #expect(sending.text.hasSuffix("\r\n\r\nhell"))
    #expect(!sending.append("o"), "it was said to be whole")
    // The next one on the connection begins anew.
    try sending.begin(request)
    #expect(sending.append("hello"))
    sending.finish()
    sending.take()
    #expect(sending.isSent)
  }

  @Test("a socket that takes nothing fills it to its bound, and the last chunk finds room all the same")
  func full() throws {
    let request = try request(Self.head + "\r\nTransfer-Encoding: chunked")
    for size in [1, 100, 16_000, 65_536] {
      let sending = Sending()
      try sending.begin(request)
      sending.take()
      let octets = [UInt8](repeating: 0x61, count: size)
      var sent = 0
      while sending.room > 0 {
        let count = Swift.min(size, sending.room)
        #expect(sending.append(octets[..<count]))
        sent += count
      }
      #expect(sending.count <= BufferSize.large.rawValue)
      #expect(!sending.append(octets[..<1]))
      sending.finish()
      let head = sending.octets.count
      sending.take()
      #expect(sending.isSent)
      #expect(try read(Array(sending.octets.dropFirst(head))).count == sent)
    }
  }

  @Test("what is dropped was never sent")
  func cleared() throws {
    let request = try request(Self.head + "\r\nContent-Length: 0")
    let sending = Sending()
    try sending.begin(request)
    sending.clear()
    #expect(sending.isEmpty && !sending.isSent)
    #expect(sending.buffers == 0)
  }

  @Test("a head too large for a small buffer gets a large one")
  func large() throws {
    let value = String(repeating: "v", count: 20_000)
    let request = try request("GET / HTTP/1.1\r\nHost: a.example", fields: [("X-A", value)])
    let sending = Sending()
    try sending.begin(request)
    sending.take()
    #expect(sending.text == "GET / HTTP/1.1\r\nHost: a.example\r\nX-A: \(value)\r\n\r\n")
  }

  @Test("a request that was given away is nobody's: it is never written")
  func forgotten() throws {
    var request = try request("GET /secret HTTP/1.1\r\nHost: a.example", fields: [("Cookie", "secret")])
    request.forget()
    #expect(request.methodName.isEmpty == true)
    let sending = Sending()
    do throws(WriteError) {
      try sending.begin(request)
      Issue.record("it was written")
    } catch {
      #expect(error == .badMethod)
    }
    #expect(sending.isEmpty)
    sending.clear()
    #expect(sending.buffers == 0)
  }
}
