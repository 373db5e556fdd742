import HTTP
import Testing

@Suite("RFC 7541 appendix C: the examples")
struct HPACKExampleTests {
  /// Three requests on one connection.
  private static let heads: [FieldList] = [
    [(":method", "GET"), (":scheme", "http"), (":path", "/"), (":authority", "www.example.com")],
    [
      (":method", "GET"), (":scheme", "http"), (":path", "/"), (":authority", "www.example.com"),
      ("cache-control", "no-cache"),
    ],
    [
      (":method", "GET"), (":scheme", "https"), (":path", "/index.html"), (":authority", "www.example.com"),
      ("custom-key", "custom-value"),
    ],
  ]

  @Test(
    "C.3, C.4: requests without and with Huffman's code",
    arguments: [
      [
        "8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d", "8286 84be 5808 6e6f 2d63 6163 6865",
        "8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65",
      ],
      [
        "8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff", "8286 84be 5886 a8eb 1064 9cbf",
        "8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf",
      ],
    ])
  func requests(blocks: [String]) throws {
    var reader = Reader(scheme: .http)
    let first = try #require(reader.read(Block.hex(blocks[0])).head)
    #expect(first.method == .get && first.target == "/" && first.host == "www.example.com")
    #expect(first.version == .http2 && first.framing == .none && first.keepsAlive)
    #expect(first.fields == ["host=www.example.com"])
    #expect(try #require(reader.read(Block.hex(blocks[1])).head).fields.last == "cache-control=no-cache")
    // The third comes over another scheme, which is no reason to lose step with the table.
    #expect(reader.read(Block.hex(blocks[2])) == .malformed(.otherScheme))
    let again = try #require(reader.read([0x82, 0x86, 0x85, 0xC0, 0xBE]).head)
    #expect(again.target == "/index.html" && again.fields == ["host=www.example.com", "custom-key=custom-value"])
  }

  @Test("C.2: each way to write a field")
  func representations() throws {
    var reader = Reader()
    let indexed = Block.hex("400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572")
    #expect(try reader.readTrailers(indexed) == .whole)
    // It is in the table now, and comes by its index.
    #expect(reader.read(Block.literals(get) + [0xBE]).head?.fields.last == "custom-key=custom-header")
    #expect(
      try reader.readTrailers(Block.hex("040c 2f73 616d 706c 652f 7061 7468")) == .malformed(.pseudoFieldInTrailers))
    #expect(try reader.readTrailers(Block.hex("1008 7061 7373 776f 7264 0673 6563 7265 74")) == .whole)
    #expect(try reader.readTrailers([0x82]) == .malformed(.pseudoFieldInTrailers))
  }

  @Test("C.5, C.6: a table of 256 octets keeps what fits")
  func evictions() throws {
    var reader = Reader()
    let size = Block.hex("3fe1 01")
    #expect(
      try reader.readTrailers(size + Block.literal(Array("a".utf8), Array(repeating: 0x61, count: 95), pattern: 0x40))
        == .whole)
    #expect(
      try reader.readTrailers(Block.literal(Array("b".utf8), Array(repeating: 0x62, count: 95), pattern: 0x40))
        == .whole)
    #expect(try reader.readTrailers([0xBE, 0xBF]) == .whole)
    #expect(try reader.readTrailers(Block.literal(Array("c".utf8), Array("c".utf8), pattern: 0x40)) == .whole)
    #expect(throws: HPACKError.compression) { try reader.readTrailers([0xC0]) }
  }
}
