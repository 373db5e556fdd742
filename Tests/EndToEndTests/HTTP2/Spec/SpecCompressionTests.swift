import Testing

@Suite("HPACK (RFC 7541)")
struct SpecCompressionTests {
  /// `user-agent`, a new name `x-test`, and `h2spec` as their value, plain and in Huffman's code.
  static let (plainName, codedName) = ("\u{6}x-test".octets, [0x85, 0xF2, 0xB2, 0x4A, 0x84, 0xFF] as [UInt8])
  static let (plainValue, codedValue) = ("\u{6}h2spec".octets, [0x84, 0x9C, 0x48, 0xAC, 0xA4] as [UInt8])
  static let agent = "\u{A}user-agent".octets
  static let codedAgent: [UInt8] = [0x87, 0xB5, 0x05, 0xB1, 0x61, 0xCC, 0x5A, 0x93]

  /// A head with more behind it, or before.
  static func block(_ name: String, before: [UInt8] = [], _ after: [UInt8] = []) -> SpecCase {
    SpecCase(name) { client in
      try client.send(.headers(1, before + client.block() + after))
      try client.expectAnswer()
    }
  }

  static let representations: [SpecCase] =
    [
      block("§6.1: an indexed field", [0xBA]),
      block("§6.3: two changes of the table's size", before: [0x3F, 0x61, 0x3F, 0xE1, 0x1F]),
      SpecCase("§6.3: a change of the table's size") { client in
        client.coder.setTableSize(128)
        try client.send(.headers(1, try client.block()))
        try client.expectAnswer()
      },
      block("§6.2.1: indexed, its name too", [0x40] + agent + plainValue),
      block("§6.2.1: indexed, its name too, in Huffman's code", [0x40] + codedAgent + codedValue),
      block("§6.2.1: indexed, a new name", [0x40] + plainName + plainValue),
      block("§6.2.1: indexed, a new name in Huffman's code", [0x40] + codedName + codedValue),
      block("§6.2.2: not indexed", [0x00] + agent + plainValue),
      block("§6.2.2: not indexed, in Huffman's code", [0x00] + codedAgent + codedValue),
      block("§6.2.2: not indexed, a new name", [0x00] + plainName + plainValue),
      block("§6.2.2: not indexed, a new name in Huffman's code", [0x00] + codedName + codedValue),
      block("§6.2.3: never indexed", [0x10] + agent + plainValue),
      block("§6.2.3: never indexed, in Huffman's code", [0x10] + codedAgent + codedValue),
      block("§6.2.3: never indexed, a new name", [0x10] + plainName + plainValue),
      block("§6.2.3: never indexed, a new name in Huffman's code", [0x10] + codedName + codedValue),
    ]

  @Test("every representation is read", arguments: representations)
  func representationsHold(rule: SpecCase) throws { try rule.run() }

  /// What cannot be decoded.
  static func broken(_ name: String, _ after: [UInt8]) -> SpecCase {
    SpecCase(name) { client in
      try client.send(.headers(1, client.block() + after))
      try client.expectGoAway(.compressionError)
    }
  }

  static let errors: [SpecCase] = [
    broken("§2.3.3: an index that neither table has", [0xC6]),
    broken("§2.3.3: a name's index that neither table has", [0x7F, 0x07, 0x00]),
    broken("§4.2: a change of the table's size at a block's end", [0x21]),
    broken("§5.2: padding of more than 7 bits", [0x00] + codedName + [0x84, 0x49, 0x50, 0x9F, 0xFF]),
    broken("§5.2: padding with zeros", [0x00] + codedName + [0x83, 0x49, 0x50, 0x90]),
    broken(
      "§5.2: the end symbol in a string", [0x00] + codedName + [0x87, 0x49, 0x51, 0xFF, 0xFF, 0xFF, 0xFA, 0x7F]),
    broken("§6.1: index 0", [0x80]),
    SpecCase("§6.3: a table larger than the server said") { client in
      // The integer of RFC 7541 §5.1 with a prefix of 5 bits.
      var rest = (client.settings[.headerTableSize] ?? 4_096) + 1 - 31
      var change: [UInt8] = [0x3F]
      while rest >= 128 {
        change.append(UInt8(rest & 127 | 128))
        rest >>= 7
      }
      try client.send(.headers(1, change + [UInt8(rest)] + client.block()))
      try client.expectGoAway(.compressionError)
    },
  ]

  @Test("what cannot be decoded ends the connection with COMPRESSION_ERROR", arguments: errors)
  func errorsHold(rule: SpecCase) throws { try rule.run() }
}

extension String {
  var octets: [UInt8] { Array(utf8) }
}
