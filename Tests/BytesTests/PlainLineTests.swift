import Bytes
import Testing

@Suite("RFC 9112 §5: field lines that are written as nearly all are")
struct PlainLineTests {
  /// Told octet by octet, without any care for speed.
  private func model(_ octets: [UInt8], from start: Int) -> [Int]? {
    guard
      let colon = octets.indices.dropFirst(start).first(where: {
        !octets[$0].isAlpha && !octets[$0].isDigit && octets[$0] != UInt8(ascii: "-")
      }),
      colon > start, octets[colon] == .colon, colon + 2 < octets.count, octets[colon + 1] == .space,
      octets[colon + 2] != .space,
      let end = octets.indices.dropFirst(colon + 2).first(where: { octets[$0] < 0x20 || octets[$0] == 0x7F }),
      octets[end] == .carriageReturn, end + 1 < octets.count, octets[end + 1] == .lineFeed, octets[end - 1] != .space
    else { return nil }
    return [colon, colon + 2, end, end + 2]
  }

  private func read(_ octets: [UInt8], from start: Int) -> [Int]? {
    guard let line = octets.span.plainLine(at: start) else { return nil }
    return [line.nameEnd, line.valueStart, line.valueEnd, line.end]
  }

  /// A line at the very end of the octets may be left to others: words are loaded.
  private func compare(_ octets: [UInt8], from start: Int) {
    let (line, expected) = (read(octets, from: start), model(octets, from: start))
    if let expected, expected[0] <= octets.count - 8 {
      #expect(line == expected, "\(octets) from \(start)")
    } else {
      #expect(line == nil || line == expected, "\(octets) from \(start)")
    }
  }

  @Test(
    "found as octet by octet, and cut anywhere",
    arguments: [
      "Host: a", "Accept: text/html,application/xhtml+xml", "X-Under_score: 1", "x!#$%&'*+.^`|~9: y", "A: b c  d",
      "Upgrade-Insecure-Requests: 1", "Caf\u{E9}: no", "Name: caf\u{E9} au lait, trois sucres", "Empty: ", "Empty:",
      "Near:1", "Far:  1", "Tab:\t1", "Tab: a\tb", "Behind: a ", "Behind: \u{E9}\u{E9}\u{E9}\u{E9} ", ": no name",
      "no colon",
      "Space : 1", "", " folded",
    ])
  func cut(line: String) {
    let octets = Array("\(line)\r\nNext: 1\r\n\r\n".utf8)
    for end in octets.indices { compare(Array(octets[...end]), from: 0) }
    for start in 0...octets.count { compare(octets, from: start) }
    // What stands before or behind changes nothing.
    #expect(read(octets, from: 0) == read([0x0A, 0x20, 0xFF] + octets, from: 3)?.map { $0 - 3 })
  }

  @Test("every octet at every place of name and value")
  func everyOctet() {
    let line = Array("Sec-CH-UA-Mobile: what a value, of 2 words\r\n\r\n".utf8)
    for place in line.indices.dropLast(2) {
      for octet in UInt8.min...UInt8.max {
        var octets = line
        octets[place] = octet
        compare(octets, from: 0)
      }
    }
  }
}
