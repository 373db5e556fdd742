import Bytes
import HTTP
import Testing

/// What one side writes, the other reads: nghttp2 is the peer of both.
@Suite("RFC 7541, RFC 9113 §8: random heads go round")
struct HPACKRandomTests {
  private static let names = [
    "accept", "accept-encoding", "cache-control", "x-a", "x-some-longer-name", "sec-ch-ua", "priority", "user-agent",
    "x_y", "etag", "date", "if-none-match", "content-type", "link", "vary", "a", "x-request-id",
  ]

  private static func value(_ dice: inout Dice) -> String {
    let length = [0, 1, 3, 8, 20, 60, 300, 3_000].randomElement(using: &dice) ?? 0
    if Bool.random(using: &dice) { return "fixed" }
    let letters = dice.next()
    return String(decoding: (0..<length).map { UInt8(0x21 + (letters >> UInt64($0 % 57)) % 94) }, as: UTF8.self)
  }

  private static func fields(_ dice: inout Dice) -> FieldList {
    (0..<Int.random(in: 0..<12, using: &dice)).map { _ in (names.randomElement(using: &dice) ?? "a", value(&dice)) }
  }

  @Test("requests, cut anywhere, with tables of any size", arguments: 0..<30)
  func requests(seed: Int) throws {
    var dice = Dice(state: UInt64(seed))
    let encoder = PeerEncoder()
    var reader = Reader(limits: HeadLimits(sectionOctets: 49_000))
    for _ in 0..<30 {
      if Int.random(in: 0..<6, using: &dice) == 0 { encoder.setTable(Int.random(in: 0...4_096, using: &dice)) }
      let fields = Self.fields(&dice)
      let secrets = Set(fields.map(\.name).filter { _ in Int.random(in: 0..<5, using: &dice) == 0 })
      let path = "/\(Int.random(in: 0..<9, using: &dice))"
      let block = encoder.encode(get.setting(":path", path) + fields, secrets: secrets)
      let cuts = (0..<Int.random(in: 0..<4, using: &dice)).map { _ in Int.random(in: 0...block.count, using: &dice) }
      let head = try #require(reader.read(block, ends: cuts.sorted() + [block.count]).head)
      #expect(head.target == path && head.length == block.count)
      #expect(head.fields == ["host=a.example"] + fields.map { "\($0.name)=\($0.value)" })
      #expect(head.mayHaveUnderscores == fields.contains { $0.name == "x_y" })
      #expect(
        try reader.lines()
          == (["host: a.example"] + fields.map { "\($0.name): \($0.value)" }).map { "\($0)\r\n" }.joined())
    }
  }

  @Test("answers, with tables of any size", arguments: 0..<30)
  func answers(seed: Int) throws {
    var dice = Dice(state: UInt64(seed))
    let buffers = BufferPool()
    var encoder = ResponseHeadEncoder()
    var buffer = buffers.take(.large)
    let peer = PeerDecoder()
    for _ in 0..<30 {
      if Int.random(in: 0..<6, using: &dice) == 0 {
        let size = Int.random(in: 0...8_192, using: &dice)
        encoder.setTableLimit(UInt32(size))
        peer.setTable(size)
      }
      var blocks = [FieldBlock(), FieldBlock()]
      var expected = [":status: 404"]
      for index in blocks.indices {
        for (name, value) in Self.fields(&dice) {
          let name = Bool.random(using: &dice) ? name.uppercased() : name
          let octets = Array(name.utf8)
          try blocks[index].append(name: octets.span, value: Array(value.utf8).span, known: FieldName(octets.span))
          expected.append("\(name.lowercased()): \(value)")
        }
      }
      buffer.clear()
      try encoder.response(status: 404, stored: blocks[0], added: blocks[1], into: &buffer)
      var octets: [UInt8] = []
      octets.append(buffer.readable)
      let fields = try #require(peer.decode(octets))
      let lines = fields.map { "\($0.name): \($0.value)" }
      #expect(lines.first == ":status: 404" && lines.sorted() == expected.sorted())
      for name in Set(fields.map(\.name)) {
        #expect(lines.filter { $0.hasPrefix("\(name): ") } == expected.filter { $0.hasPrefix("\(name): ") })
      }
    }
    buffers.give(buffer)
  }
}
