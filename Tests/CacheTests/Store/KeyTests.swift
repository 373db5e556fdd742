import Bytes
import Testing

@testable import Cache

@Suite("SipHash-1-3")
struct KeyHashTests {
  @Test(
    "gives the reference's values",
    arguments: [
      (0, 0xABAC_0158_050F_C4DC), (1, 0xC9F4_9BF3_7D57_CA93), (7, 0xD392_7D98_9BB1_1140), (8, 0x3690_9511_8D29_9A8E),
      (9, 0x25A4_8EB3_6C06_3DE4), (15, 0xD320_D86D_2A51_9956), (16, 0xCC4F_DD1A_7D90_8B66), (63, 0x9D19_9062_B7BB_B3A8),
    ] as [(UInt8, UInt64)])
  func reference(count: UInt8, expected: UInt64) {
    let hasher = KeyHash(0x0706_0504_0302_0100, 0x0F0E_0D0C_0B0A_0908)
    #expect(hasher.hash(Array(0..<count).span) == expected)
  }

  @Test(
    "gives CPython's values with a key of zero",
    arguments: [("a", 0x4074_48D2_B89B_1813), ("abcdefgh", 0x3F7B_849C_0B8E_35EA)] as [(String, UInt64)])
  func zero(input: String, expected: UInt64) { #expect(KeyHash(0, 0).hash(octets(input).span) == expected) }

  @Test("two processes hash differently, and a prefix counts")
  func seeded() {
    let key = octets("a key")
    #expect(KeyHash().hash(key.span) != KeyHash().hash(key.span))
    #expect(KeyHash(1, 2).hash(key.span, continuing: 7) != KeyHash(1, 2).hash(key.span))
  }
}

@Suite("A cache key")
struct CacheKeyTests {
  private func key(_ parts: [String]) -> [UInt8] {
    var key = CacheKey()
    key.begin()
    for part in parts { key.append(octets(part).span) }
    return key.octets
  }

  @Test("is the same for the same parts alone")
  func injective() {
    let long = String(repeating: "x", count: 200)
    let lists = [
      [], [""], ["", ""], ["a"], ["a", ""], ["", "a"], ["ab"], ["a", "b"], ["\u{1}a"], [long], [long, ""],
      [String(long.dropLast()), "x"], ["a\u{0}b"], ["a", "\u{0}b"],
    ]
    for first in lists.indices {
      for second in lists.indices { #expect((key(lists[first]) == key(lists[second])) == (first == second)) }
    }
  }

  @Test(
    "numbers are parts",
    arguments: [
      (0, [1, 0]), (255, [1, 255]), (256, [2, 0, 1]), (UInt64.max, [8] + [UInt8](repeating: 255, count: 8)),
    ] as [(UInt64, [UInt8])])
  func number(number: UInt64, expected: [UInt8]) {
    var key = CacheKey()
    key.append(number: number)
    #expect(key.octets == expected)
  }

  @Test("a second look-up drops the selecting fields, and begin drops all")
  func again() {
    let hasher = KeyHash(1, 2)
    var key = Sample.key("a")
    key.seal(with: hasher)
    let (octets, hash) = (key.octets, key.hash)
    key.append("more")
    key.sealSelection(with: hasher)
    #expect(key.hash != hash && key.primaryHash == hash && key.primaryCount == octets.count)
    key.seal(with: hasher)
    #expect(key.octets == octets && key.hash == hash)
    key.begin()
    key.append("b")
    key.seal(with: hasher)
    #expect(key.hash != hash && key.octets == [1, 0x62])
  }
}
