import Bytes
import Testing

@Suite("Scanning eight octets at a time, beside octet by octet")
struct ScanningTests {
  /// Every octet at every place of a text that spans three words, from every start.
  @Test("finds what a plain loop finds", arguments: [0, 1, 7, 8, 9, 16, 23])
  func everyOctet(place: Int) {
    for octet in UInt8.min...UInt8.max {
      for filler in [UInt8(0x61), 0x2D, 0x5A, 0x80, 0xFF, 0x21, 0x7E] {
        var octets = [UInt8](repeating: filler, count: 24)
        octets[place] = octet
        for start in [0, 3, place] { compare(octets, from: start, and: octet) }
      }
    }
  }

  @Test("finds what a plain loop finds in any octets")
  func random() {
    // Mostly the edges: where borrows and carries could go wrong.
    let edges: [UInt8] = [0, 0x2D, 0x20, 0x21, 0x7E, 0x7F, 0x80, 0x81, 0x9F, 0xA0, 0xFE, 0xFF, 0x41, 0x5A, 0x61, 0x0D]
    var seed: UInt64 = 0x5965_7474
    func next() -> Int {
      seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(seed >> 59)
    }
    for _ in 0..<20_000 {
      let octets = (0..<next()).map { _ in edges[next() / 2] }
      compare(octets, from: 0, and: 0x7F)
    }
  }

  private func compare(_ octets: [UInt8], from start: Int, and octet: UInt8) {
    let span = octets.span
    let control = span.firstControl(from: start)
    let invisible = span.firstInvisible(from: start)
    let nonToken = span.firstNonToken(from: start)
    let nonLowercase = span.firstNonLowercase(from: start)
    let nonPlain = span.firstNonPlainInPath(from: start)
    let found = span.firstIndex(of: octet, from: start)
    let rest = start..<octets.count
    #expect(control == rest.first { octets[$0] < 0x20 || octets[$0] == 0x7F } ?? octets.count)
    #expect(invisible == rest.first { octets[$0] <= 0x20 || octets[$0] == 0x7F } ?? octets.count)
    #expect(nonToken == rest.first { !octets[$0].isToken } ?? octets.count)
    let letter = span.firstIndex(ofLetter: octet.lowercased, from: start)
    if octet.isAlpha { #expect(letter == rest.first { octets[$0].lowercased == octet.lowercased }) }
    #expect(nonLowercase == rest.first { octets[$0] &- 0x61 >= 26 } ?? octets.count)
    #expect(nonPlain == rest.first { !octets[$0].isPlainInPath } ?? octets.count)
    #expect(found == rest.first { octets[$0] == octet })
  }

  @Test("short texts are scanned to their last octet", arguments: 0..<20)
  func short(count: Int) {
    for place in 0..<count {
      for octet in UInt8.min...UInt8.max {
        var octets = [UInt8](repeating: 0x7A, count: count)
        octets[place] = octet
        compare(octets, from: 0, and: octet)
      }
    }
    compare([UInt8](repeating: 0x61, count: count), from: count, and: 0x62)
  }

  @Test(
    "comparing without case differs by letters alone",
    arguments: ["te", "x-forw", "if-match", "keep-alive", "transfer-encoding", "0123456789abcdef", "x"]
      as [StaticString])
  func ignoringCase(text: StaticString) {
    let octets = Array("\(text)".utf8)
    #expect(isSame(octets.map(\.uppercased), text))
    for index in octets.indices {
      for octet in UInt8.min...UInt8.max {
        var other = octets
        other[index] = octet
        let isSameLetter = octet.lowercased == octets[index]
        #expect(isSame(other, text) == isSameLetter)
        #expect(other.span.equalsIgnoringCase(octets.span) == isSameLetter)
        #expect(other.span.equals(octets.span) == (octet == octets[index]))
        #expect(isSameText(other, text) == (octet == octets[index]))
        // What it asks of the caller: octets of a token.
        if octet.isToken { #expect(isSameToken(other, text) == isSameLetter) }
      }
    }
    #expect(!isSame(Array(octets.dropLast()), text))
    #expect(!isSame(octets + [0x61], text))
    for other in [Array(octets.dropLast()), octets + [0x61], []] {
      #expect(!isSameText(other, text))
      #expect(!isSameToken(other, text))
    }
  }

  private func isSameText(_ octets: [UInt8], _ text: StaticString) -> Bool { octets.span.equals(text) }
  private func isSameToken(_ octets: [UInt8], _ text: StaticString) -> Bool { octets.span.tokenEquals(text) }
  private func isSame(_ octets: [UInt8], _ text: StaticString) -> Bool { octets.span.equalsIgnoringCase(text) }

  @Test("RFC 9110 §5.6.2: tchar; RFC 5234: the classes of octets")
  func classes() {
    let tokens = Set("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
    let marks = Set("#%./;?\\".utf8)
    for octet in UInt8.min...UInt8.max {
      #expect(octet.isToken == tokens.contains(octet))
      #expect(octet.isPlainInPath == (octet > 0x20 && octet < 0x7F && !marks.contains(octet)))
      #expect(octet.isFieldContent == (octet == 9 || octet >= 0x20 && octet != 0x7F))
      #expect(octet.isDigit == Set("0123456789".utf8).contains(octet))
      #expect(
        octet.hexDigitValue.map { Int($0) } == (octet < 0x80 ? Character(UnicodeScalar(octet)).hexDigitValue : nil))
    }
    for value in UInt8(0)..<16 { #expect(UInt8(hexDigit: value).hexDigitValue == UInt64(value)) }
  }

  @Test("a range beyond the octets is cut")
  func clamped() {
    let octets: [UInt8] = [1, 2, 3]
    #expect(octets.span[clamped: ByteRange(1..<9)].count == 2)
    #expect(octets.span[clamped: ByteRange(7..<9)].count == 0)
    #expect(ByteRange(0..<70_000).count == .max)
    #expect(ByteRange(2..<5).range == 2..<5)
  }
}
