import Bytes
import HTTP
import Testing

/// Copying the fields of a head in bulk, beside copying them one by one with every check.
@Suite("RFC 9110 §5, RFC 9112 §5: the fields of a parsed head, copied in bulk")
struct FieldBlockTests {
  private static let names = [
    "Accept", "cookie", "Connection", "X-A", "x_b", "ETag", "TE", "X-Long-Name-Of-Sorts", "q",
  ]
  private static let spaces = ["", " ", " ", " ", " ", "\t", "  ", " \t"]
  private static let values = [
    "", "a", "b c", "x-a", "keep-alive", "a,\tb", String(repeating: "v", count: 90), "\u{E9}",
  ]

  /// A head of up to 100 lines, most of them as a block would write them.
  private static func head(_ dice: inout Dice) -> [UInt8] {
    var text = "GET / HTTP/1.1\r\nHost: a\r\n"
    let most = Bool.random(using: &dice) ? 8 : 99
    for _ in 0..<Int.random(in: 0...most, using: &dice) {
      let plain = Int.random(in: 0..<4, using: &dice) > 0
      text += names.randomElement(using: &dice) ?? ""
      text += ":"
      text += plain ? " " : spaces.randomElement(using: &dice) ?? ""
      text += values.randomElement(using: &dice) ?? ""
      text += plain ? "" : spaces.randomElement(using: &dice) ?? ""
      text += "\r\n"
    }
    return Array((text + "\r\n").utf8)
  }

  /// The model: one by one, with every check.
  private func copyEach(
    _ head: borrowing RequestHead, _ octets: Span<UInt8>, into block: inout FieldBlock, where keeps: (FieldSlot) -> Bool
  ) throws(FieldError) {
    let slots = head.fields.span
    for index in slots.indices where keeps(slots[index]) {
      let slot = slots[index]
      try block.append(name: octets[clamped: slot.name], value: octets[clamped: slot.value], known: slot.known)
    }
  }

  @Test("the same lines and slots as one by one, whatever is left out", arguments: UInt64(0)..<300)
  func random(seed: UInt64) throws {
    var dice = Dice(state: seed)
    let octets = Self.head(&dice)
    var parser = RequestHeadParser()
    let isWhole = try parser.read(octets.span)
    try #require(isWhole)
    for kept in 0..<4 {
      var (bulk, model) = (FieldBlock(), FieldBlock())
      // What stands in a block already stays there.
      try bulk.append("Via", "1.1 yett", known: .via)
      try model.append("Via", "1.1 yett", known: .via)
      let bits = (dice.next(), dice.next())
      func keeps(_ slot: FieldSlot) -> Bool {
        let place = UInt64(slot.name.start) &* 0x9E37_79B9_7F4A_7C15 >> 58
        return switch kept {
        case 0: true
        case 1: false
        case 2: (bits.0 | bits.1) >> place & 1 == 1
        default: bits.0 >> place & 1 == 1
        }
      }
      try bulk.append(parser.head.fields, of: octets.span, where: keeps)
      try copyEach(parser.head, octets.span, into: &model, where: keeps)
      #expect(String(decoding: bulk.octets, as: UTF8.self) == String(decoding: model.octets, as: UTF8.self))
      #expect(bulk.slots == model.slots)
      for name in FieldName.allCases {
        let first = model.slots.first { $0.known == name }
        #expect(bulk.names.contains(name) == (first != nil && name != .other))
        #expect(name == .other || bulk.first(name) == first)
      }
      bulk.removeAll()
      #expect(bulk.isEmpty && bulk.octets.isEmpty && bulk.slots.isEmpty && bulk.names.isEmpty)
    }
  }

  @Test("each field is asked for once, in order")
  func order() throws {
    let octets = Array("GET / HTTP/1.1\r\nHost: a\r\nA: 1\r\nB: 2\r\n\r\n".utf8)
    var parser = RequestHeadParser()
    let isWhole = try parser.read(octets.span)
    try #require(isWhole)
    var (asked, block) = ([FieldSlot](), FieldBlock())
    try block.append(parser.head.fields, of: octets.span) { slot in
      asked.append(slot)
      return true
    }
    #expect(asked == (0..<parser.head.fields.count).map { parser.head.fields[$0] })
    #expect(String(decoding: block.octets, as: UTF8.self) == "Host: a\r\nA: 1\r\nB: 2\r\n")
  }

  @Test("what does not fit leaves the block as it was", arguments: [0, 1])
  func tooLarge(over: Int) throws {
    let line = "X: " + String(repeating: "a", count: 20_000) + "\r\n"
    let octets = Array(("GET / HTTP/1.1\r\nHost: a\r\n" + line + line + "\r\n").utf8)
    var parser = RequestHeadParser(limits: HeadLimits(sectionOctets: 49_000))
    let isWhole = try parser.read(octets.span)
    try #require(isWhole)
    var block = FieldBlock()
    let room = FieldBlock.octetLimit - 2 * line.utf8.count
    let filler = [UInt8](repeating: 0x62, count: room - "Y: \r\n".utf8.count + over)
    try block.append("Y", filler.span, known: .other)
    let before = (block.octets, block.slots)
    do throws(FieldError) {
      try block.append(parser.head.fields, of: octets.span) { $0.known != .host }
      #expect(over == 0)
      #expect(block.slots.count == 3)
      #expect(block.octets.count == FieldBlock.octetLimit)
    } catch {
      #expect(over == 1)
      #expect(error == .tooLarge)
      #expect(block.octets == before.0)
      #expect(block.slots == before.1)
    }
    let more = [UInt8](repeating: 0x62, count: FieldBlock.octetLimit)
    let full = block
    #expect(throws: FieldError.tooLarge) { try block.append(own: "Z", more.span, known: .other) }
    #expect(block.octets == full.octets)
  }

  @Test("octets of another head are cut, not read beyond")
  func foreign() throws {
    let octets = Array("GET / HTTP/1.1\r\nHost: a\r\nA: 1\r\nB:2\r\n\r\n".utf8)
    var parser = RequestHeadParser()
    let isWhole = try parser.read(octets.span)
    try #require(isWhole)
    for count in octets.indices {
      var block = FieldBlock()
      try block.append(parser.head.fields, of: octets.span.extracting(0..<count)) { _ in true }
      #expect(block.slots.count == 3)
      #expect(block.octets.count <= octets.count)
    }
  }

  @Test("lines of our own are as those that are checked")
  func own() throws {
    var (own, model) = (FieldBlock(), FieldBlock())
    for (number, value) in ["", "1", "1.1 yett", String(repeating: "c", count: 300)].enumerated() {
      let octets = Array(value.utf8)
      if number % 2 == 0 { try own.append("Via", "1.0 yett", known: .via) }
      if number % 2 == 0 { try model.append("Via", Array("1.0 yett".utf8).span, known: .via) }
      try own.append(own: "Cache-Status", octets.span, known: .cacheStatus)
      try model.append("Cache-Status", octets.span, known: .cacheStatus)
    }
    try own.append(own: "Age", upTo: 20, known: .age) { $0.append(decimal: 299) }
    try model.append("Age", "299", known: .age)
    // What exceeds its limit is left out, and the line is one all the same.
    try own.append(own: "X", upTo: 3, known: .other) { value in
      value.append("ab")
      value.append("cde")
      value.append("cd")
    }
    try model.append("X", "abc", known: .other)
    try own.append(own: "X", upTo: 0, known: .other) { _ in }
    try model.append("X", "", known: .other)
    #expect(own.octets == model.octets)
    #expect(own.slots == model.slots)
    #expect(own.names == model.names)
    #expect(throws: FieldError.tooLarge) {
      try own.append(own: "X", upTo: FieldBlock.octetLimit, known: .other) { $0.append("a") }
    }
    #expect(own.octets == model.octets)
  }
}
