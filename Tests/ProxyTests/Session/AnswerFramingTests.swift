import Bytes
import HTTP
import Testing

@testable import Proxy

/// A socket that takes of each write as much as it is told to, and all that left through it.
private struct Wire: ~Copyable {
  private let buffers = BufferPool()
  private var output = Buffer()
  private var framing = AnswerFraming(
    tail: Slice(Chunk(copying: Array("\r\n".utf8).span)), last: Slice(Chunk(copying: Array("\r\n0\r\n\r\n".utf8).span)))
  private(set) var sent: [UInt8] = []
  var isEnded: Bool { framing.isEnded }

  init(_ form: AnswerFraming.Form, head: String) {
    framing.begin(form)
    buffers.supply(&output, .small)
    for octet in head.utf8 { output.append(octet) }
  }

  /// One write, as a session makes it. `false` where there was nothing to write.
  mutating func write(_ body: inout OutgoingBody, budget: Int, takes: Int) throws(WriteError) -> Bool {
    var slices = Slices()
    var supply = ExchangeSupply.more
    if !framing.isEnded {
      supply = body.gather(into: &slices, limit: framing.limit(budget))
      try framing.frame(&slices, isLast: supply == .last, into: &output, from: buffers)
    }
    let offered = octets(output) + octets(slices)
    guard !offered.isEmpty else { return false }
    let count = Swift.min(takes, offered.count)
    sent += offered.prefix(count)
    let ofOutput = Swift.min(count, output.count)
    output.consume(ofOutput)
    body.consume(framing.took(count - ofOutput, rest: &output))
    return true
  }
}

/// All that was sent behind the head, decoded as a client would.
private func decode(_ octets: [UInt8]) throws -> [UInt8] {
  var decoder = BodyDecoder(.chunked)
  var position = 0
  var body: [UInt8] = []
  while true {
    switch try decoder.read(octets.span, from: &position) {
    case .octets(let range): body += octets[range]
    case .end:
      #expect(position == octets.count, "octets behind the end")
      return body
    case .more:
      Issue.record("there is no end")
      return body
    }
  }
}

@Suite("An answer's framing")
struct AnswerFramingTests {
  private static let head = "HTTP/1.1 200 OK\r\n\r\n"

  @Test(
    "chunks are whole however many slices a write has and however little is taken (RFC 9112 §7.1)",
    arguments: [1, 15, 16, 17, 40], [1, 2, 3, 7, 20, 1_000])
  func chunks(slices: Int, takes: Int) throws {
    var wire = Wire(.chunked, head: Self.head)
    var body = OutgoingBody()
    let pieces = (0..<slices).map { Array("piece \($0);".utf8) }
    for piece in pieces { body.append(Slice(Chunk(copying: piece.span))) }
    while try wire.write(&body, budget: 1_000, takes: takes) {}
    #expect(
      try decode(Array(wire.sent.dropFirst(Self.head.utf8.count)) + Array("0\r\n\r\n".utf8)) == pieces.flatMap { $0 })
    body.finish()
    while try wire.write(&body, budget: 1_000, takes: takes) {}
    let ended = wire.isEnded
    #expect(ended)
    #expect(try decode(Array(wire.sent.dropFirst(Self.head.utf8.count))) == pieces.flatMap { $0 })
  }

  @Test(
    "whatever comes and whatever is taken, a client reads what the exchange had", arguments: 0..<40 as Range<UInt64>)
  func anything(seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    let form: AnswerFraming.Form = seed % 2 == 0 ? .chunked : .plain
    var wire = Wire(form, head: Self.head)
    var body = OutgoingBody()
    var expected: [UInt8] = []
    for _ in 0..<200 {
      for _ in 0..<random.next() % 6 {
        let piece = random.octets(Int(random.next() % 50))
        expected += piece
        body.append(Slice(Chunk(copying: piece.span)))
      }
      for _ in 0..<random.next() % 4 {
        _ = try wire.write(&body, budget: 1 + Int(random.next() % 300), takes: 1 + Int(random.next() % 100))
      }
    }
    body.finish()
    while try wire.write(&body, budget: 1 + Int(random.next() % 300), takes: 1 + Int(random.next() % 100)) {}
    let ended = wire.isEnded
    #expect(ended)
    let sent = Array(wire.sent.dropFirst(Self.head.utf8.count))
    #expect(try (form == .chunked ? decode(sent) : sent) == expected)
  }

  @Test("a body without octets is its last chunk alone")
  func empty() throws {
    var wire = Wire(.chunked, head: "")
    var body = OutgoingBody()
    let hasWritten = try wire.write(&body, budget: 100, takes: 100)
    #expect(!hasWritten)
    body.finish()
    while try wire.write(&body, budget: 100, takes: 2) {}
    #expect(String(decoding: wire.sent, as: UTF8.self) == "0\r\n\r\n")
  }
}
