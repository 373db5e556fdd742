import Bytes
import HTTP
import Testing

/// Whole blocks: cut, counted, and in step with the tables.
@Suite("RFC 7541, RFC 9113 §4.3, §10.5: field blocks")
struct HPACKTableTests {
  private static let browser: FieldList =
    get + [
      ("sec-ch-ua", "\"Chromium\";v=\"128\""), ("accept", "text/html,*/*;q=0.8"), ("cookie", "a=1"), ("cookie", "b=2"),
      ("x-long", String(repeating: "long ", count: 40) + "."), ("priority", "u=0, i"),
    ]

  @Test("RFC 9113 §4.3: a block reads the same wherever it is cut")
  func cuts() throws {
    let encoder = PeerEncoder()
    let blocks = [
      encoder.encode(Self.browser), encoder.encode(Self.browser), [0x3F, 0xE1, 0x1F] + encoder.encode(Self.browser),
    ]
    let literals = Block.literals(Self.browser)
    var whole = Reader()
    let first = try #require(whole.read(blocks[0]).head)
    #expect(first.fields.contains("cookie=a=1; b=2"))
    for ends in everyCut(of: blocks.map(\.count).max() ?? 0) {
      var reader = Reader()
      for block in blocks {
        let head = reader.read(block, ends: ends.map { min($0, block.count) }).head
        var expected = first
        expected.length = block.count
        #expect(head == expected, "\(ends)")
      }
    }
    for ends in everyCut(of: literals.count) {
      var reader = Reader()
      #expect(reader.read(literals, ends: ends).head?.fields == first.fields, "\(ends)")
      #expect(try reader.readTrailers(Block.literal([0x61], [0x62]), ends: [0, 1, 1, 2, 5]) == .whole)
    }
  }

  @Test("RFC 7541 §5.2, §6: a block that ends within a field is no block")
  func short() {
    let encoder = PeerEncoder()
    for block in [encoder.encode(Self.browser), Block.literals(Self.browser), [0x3F, 0xE1, 0x1F]] {
      for end in 1..<block.count {
        var reader = Reader()
        let outcome = reader.read(Array(block[..<end]))
        // Where a field ends the block may, and is only a bad head.
        if case .whole = outcome { continue }
        guard case .failed(let error) = outcome else { continue }
        #expect(error == .compression)
        #expect(reader.read(get) == .failed(.compression), "no later block of the connection is read")
      }
    }
    var reader = Reader()
    #expect(reader.read(Array(Block.literals(get).dropLast())) == .failed(.compression))
  }

  @Test(
    "RFC 7541 §2.3.3, §4.2, §5.1, §5.2, §6.3: what no decoder may take",
    arguments: [
      ("index 0", "80"), ("an index beyond the table", "be"), ("one far beyond", "ff80 8080 8001"),
      ("an index that overflows", "ffff ffff ffff ffff ff7f"), ("a name beyond the table", "7f00 0161"),
      ("a larger table than was offered", "3fe2 1f"), ("a new size behind a field", "8220"),
      ("a new size behind a literal", "0001 6101 6220"), ("padding of more than 7 bits", "0081 ff01 61"),
      ("padding that is not ones", "0001 6181 00"), ("the end of string", "0001 6184 ffff ffff"),
      ("a length that overflows", "0001 617f ffff ffff ff0f"),
    ])
  func refused(what: String, hex: String) {
    for prefix in [[], Block.hex("82"), Block.hex("20")] {
      if prefix == [0x20], hex.hasPrefix("3f") { continue }
      var reader = Reader()
      #expect(reader.read(prefix + Block.hex(hex)) == .failed(.compression), "\(what)")
      #expect(throws: HPACKError.compression) { try reader.skip([]) }
      #expect(throws: HPACKError.compression) { try reader.readTrailers([]) }
      #expect(reader.read([0x82]) == .failed(.compression))
    }
  }

  @Test("RFC 7541 §4.2, §6.3: the encoder may make its table smaller, and larger again")
  func sizes() throws {
    let encoder = PeerEncoder()
    var reader = Reader()
    for (round, size) in [4_096, 0, 100, 4_096, 33, 1_000, 0, 4_096].enumerated() {
      encoder.setTable(size)
      for _ in 0..<3 {
        let fields = get + [("x-round", "\(round)"), ("x-same", "same"), ("x_under", "a"), ("accept", "b")]
        let head = try #require(reader.read(encoder.encode(fields)).head)
        #expect(head.fields == ["host=a.example", "x-round=\(round)", "x-same=same", "x_under=a", "accept=b"])
        #expect(head.mayHaveUnderscores)
      }
    }
    // Two in a row, the smaller first; and in as many octets as one likes.
    #expect(reader.read([0x20, 0x3F, 0xE1, 0x9F, 0x80, 0x00] + Block.literals(get)).head != nil)
  }

  @Test("RFC 7541 §4.4: a field larger than the table empties it")
  func larger() throws {
    var reader = Reader()
    let small = Block.literal(Array("a".utf8), Array("b".utf8), pattern: 0x40)
    let large = Block.literal(Array("x".utf8), Array(repeating: 0x79, count: 4_096 - 32), pattern: 0x40)
    #expect(try reader.readTrailers(small + [0xBE]) == .whole)
    #expect(try reader.readTrailers(large) == .whole)
    #expect(reader.read([0xBE]) == .failed(.compression))
    // The same with another field behind it.
    var other = Reader()
    #expect(
      try other.readTrailers(Block.literal(Array("X".utf8), [], pattern: 0x40) + large + small)
        == .malformed(.badFieldName))
    #expect(other.read(Block.literals(get) + [0xBE]).head?.fields.last == "a=b")
  }

  @Test("RFC 7541 §2.3.2: what is wrong is wrong each time that it is referred to")
  func marks() throws {
    var reader = Reader()
    let faults: [(FieldList.Element, HeadFault)] = [
      (("A", "1"), .badFieldName), (("a", "\n"), .controlInField), (("a", " "), .spaceAroundValue),
      (("upgrade", "h2c"), .connectionField), (("te", "x"), .badTE), ((":status", "200"), .unknownPseudoField),
    ]
    for (field, fault) in faults {
      #expect(
        reader.read(Block.literals(get) + Block.literal(Array(field.0.utf8), Array(field.1.utf8), pattern: 0x40))
          == .malformed(fault))
    }
    for (age, fault) in faults.reversed().enumerated() {
      #expect(reader.read(Block.literals(get) + [0xBE + UInt8(age)]) == .malformed(fault.1))
    }
    // Each entry of the table counts 32 octets and more: 128 at most.
    for number in 0..<200 {
      let value = Array("\(number % 10)".utf8)
      #expect(try reader.readTrailers(Block.literal([], value, pattern: 0x40)) == .malformed(.badFieldName))
      let plain = Block.literal(Array("p".utf8), value, pattern: 0x40)
      #expect(
        reader.read(Block.literals(get) + plain + [0xBE]).head?.fields.suffix(2) == [
          "p=\(number % 10)", "p=\(number % 10)",
        ])
      #expect(reader.read(Block.literals(get) + [0xBF]) == .malformed(.badFieldName))
    }
    // The 65th in one octet, and those behind it in two.
    for age in 0..<65 {
      try reader.skip(Block.literal(age == 0 ? [] : Array("q".utf8), Array("\(age)".utf8), pattern: 0x40))
    }
    #expect(reader.read(Block.literals(get) + [0xBE, 0xFE]) == .malformed(.badFieldName))
    #expect(reader.read(Block.literals(get) + [0xBE, 0xFD]).head?.fields.suffix(2) == ["q=64", "q=1"])
    #expect(reader.read(Block.literals(get) + [0xBE, 0xFF, 0x00]).head?.fields.suffix(2) == ["q=64", "p=9"])
    #expect(reader.read(Block.literals(get) + [0xBE, 0xFF, 0x01, 0xBF]) == .malformed(.badFieldName))
    #expect(reader.read(Block.literals(get) + [0xBF, 0xBE]).head?.fields.suffix(2) == ["q=63", "q=64"])
  }

  @Test("RFC 9113 §4.3: a block that nobody wants is read all the same")
  func skipped() throws {
    let encoder = PeerEncoder()
    var reader = Reader()
    try reader.skip(encoder.encode(get + [("x-a", "1"), ("X", "\n")]))
    #expect(reader.read(encoder.encode(get + [("x-a", "1")])).head?.fields == ["host=a.example", "x-a=1"])
    #expect(reader.read(encoder.encode(get + [("X", "\n")])) == .malformed(.badFieldName))
    #expect(reader.read(encoder.encode(get + [("x-b", "2")])).head?.fields == ["host=a.example", "x-b=2"])
  }

  @Test("RFC 9113 §4.3: one may lose interest within a block, and never gain it")
  func interest() throws {
    let block = Block.literals(get) + Block.literal(Array("x-a".utf8), Array("1".utf8), pattern: 0x40)
    var reader = Reader()
    #expect(try reader.begin(Array(block[..<40])) == .more)
    try reader.skip(Array(block[40...]))
    #expect(reader.read(Block.literals(get) + [0xBE]).head?.fields.last == "x-a=1")
    #expect(try reader.begin(skipping: []))
    #expect(reader.read(block) == .malformed(.missingPseudoField))
    #expect(reader.read(Block.literals(get) + [0xBE, 0xBF]).head?.fields.suffix(2) == ["x-a=1", "x-a=1"])
  }

  @Test("RFC 9113 §8.3.1: the host is this request's, wherever its octets come from")
  func hosts() throws {
    var reader = Reader()
    let rest = Block.literals(get.without(":authority"))
    func authority(_ text: String, _ pattern: UInt8) -> [UInt8] {
      Block.literal(Array(":authority".utf8), Array(text.utf8), pattern: pattern)
    }
    for (block, host) in [
      (authority("a.example", 0x40), "a.example"), ([0xBE], "a.example"), (authority("b.example:8443", 0), "b.example"),
      ([0xBE], "a.example"), (authority("cc.example", 0x40), "cc.example"), ([0xBF], "a.example"),
      ([0xBE], "cc.example"),
      ([0xBE], "cc.example"), (authority("[::1]", 0x10), "[::1]"), (authority("dddddd.example", 0), "dddddd.example"),
      ([0xBF], "a.example"),
    ] {
      let head = try #require(reader.read(block + rest).head)
      #expect(head.host.hasPrefix(host))
      #expect(try reader.target() == ("/", host))
    }
    // A host that is none is none each time.
    for block in [authority("a b", 0x40), [0xBE], [0xBE]] {
      #expect(reader.read(block + rest) == .malformed(.badAuthority))
    }
    #expect(reader.read([0xBF] + rest).head?.host == "cc.example")
  }

  // MARK: Limits

  @Test("RFC 9113 §6.5.2: names, values and 32 octets a field are counted; 431 beyond")
  func section() throws {
    let size = get.reduce(0) { $0 + $1.name.count + $1.value.count + 32 }
    let limits = HeadLimits(sectionOctets: size + 33 + 160)
    for (count, isWhole) in [(160, true), (161, false)] {
      var reader = Reader(limits: limits)
      let outcome = reader.read(get + [("x", String(repeating: "y", count: count))])
      #expect(isWhole ? outcome.head != nil : outcome == .refused(.sectionTooLarge))
      // The tables are in step.
      #expect(reader.read(get).head != nil)
      let referred = reader.readReferred(
        get + [("x", String(repeating: "y", count: count - 66)), ("x", ""), ("x", "")])
      #expect(isWhole ? referred.head != nil : referred == .refused(.sectionTooLarge))
    }
    var reader = Reader(limits: limits)
    #expect(
      try reader.readTrailers(Block.literals([("x", String(repeating: "y", count: size + 161))]))
        == .refused(.sectionTooLarge))
    #expect(HeadError.sectionTooLarge.status == 431)
  }

  @Test("more fields than the limit: 431", arguments: [7, 8])
  func fields(count: Int) throws {
    var reader = Reader(limits: HeadLimits(fields: 8))
    // `host` is one of them, and crumbs in a row are one.
    let more = (1..<count).map { (name: "x-\($0)", value: "") } + [("cookie", "a"), ("cookie", "b")]
    let outcome = reader.read(get + more)
    #expect(count == 7 ? outcome.head?.fields.count == 8 : outcome == .refused(.tooManyFields))
    let plain = (1...count).map { (name: "x-\($0)", value: "") }
    let referred = reader.readReferred(get + plain)
    #expect(count == 7 ? referred.head?.fields.count == 8 : referred == .refused(.tooManyFields))
    let trailers = (0...count).map { (name: "x-\($0)", value: "") }
    #expect(try reader.readTrailers(Block.literals(trailers)) == (count == 7 ? .whole : .refused(.tooManyFields)))
  }

  @Test("a :path longer than a request line may be: 414", arguments: [99, 100])
  func path(count: Int) {
    var reader = Reader(limits: HeadLimits(requestLineOctets: 99))
    let path = "/" + String(repeating: "a", count: count - 1)
    let outcome = reader.read(get.setting(":path", path))
    #expect(count == 99 ? outcome.head?.target == path : outcome == .refused(.requestLineTooLong))
    #expect(HeadError.requestLineTooLong.status == 414)
  }

  @Test("a head beyond a small buffer gets a large one, up to the limit")
  func large() throws {
    var reader = Reader(limits: HeadLimits(requestLineOctets: 16_384, sectionOctets: 49_000))
    let path = "/" + String(repeating: "p", count: 15_000)
    let list: FieldList =
      get.setting(":path", path) + (0..<3).map { ("x-\($0)", String(repeating: "v", count: 10_000)) }
    let head = try #require(reader.read(list).head)
    #expect(head.target == path && head.fields.suffix(3).allSatisfy { $0.count == 10_004 })
    // Crumbs that others stand between are joined where there is room for it.
    let crumbs: FieldList = (0..<4).flatMap { [("cookie", String(repeating: "\($0)", count: 7_000)), ("x-\($0)", "")] }
    #expect(reader.read(get + crumbs).head?.fields.last?.count == 7 + 28_000 + 6)
    let tooLong: FieldList = (0..<6).flatMap {
      [("cookie", String(repeating: "\($0)", count: 7_000)), ("x-\($0)", "")]
    }
    #expect(reader.read(get + tooLong) == .refused(.sectionTooLarge))
    #expect(reader.read(get).head != nil)
  }

  @Test("RFC 7541 §7.3, RFC 9113 §10.5.1: few octets that decode to many end the connection")
  func bomb() throws {
    var reader = Reader()
    let seed = Block.literal(Array("x".utf8), Array(repeating: 0x79, count: 4_000), pattern: 0x40)
    #expect(try reader.readTrailers(seed) == .whole)
    let limit = HeadLimits().sectionOctets
    let most = limit * RequestHeadDecoder.floodFactor / 4_033
    #expect(try reader.readTrailers(Array(repeating: 0xBE, count: most)) == .refused(.sectionTooLarge))
    #expect(reader.read(Array(repeating: 0xBE, count: most)) == .refused(.sectionTooLarge))
    #expect(throws: HPACKError.flood) { try reader.skip(Array(repeating: 0xBE, count: most + 1)) }
    #expect(throws: HPACKError.flood) { try reader.skip([]) }
    // Over many fragments, also of fields without a letter.
    var other = Reader()
    #expect(throws: HPACKError.flood) {
      for _ in 0...limit / 8 { _ = try other.begin([0x90] + Block.literal([], [])) }
    }
    #expect(other.read(get) == .failed(.flood))
  }
}
