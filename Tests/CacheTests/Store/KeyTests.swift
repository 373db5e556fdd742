import Bytes
import HTTP
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
  private struct Parts: Hashable {
    var prefix = ""
    var scheme = Scheme.http
    var port: UInt16 = 80
    var host = ""
    var path = ""
    var query: String?
    var selection: [String] = []

    var key: [UInt8] {
      var key = CacheKey()
      let query = query.map { octets($0) }
      key.begin(
        octets(prefix).span, scheme: scheme, port: port, host: octets(host).span, path: octets(path).span,
        query: query?.span)
      for part in selection { key.append(octets(part).span) }
      return array(key.octets)
    }
  }

  @Test("is the same for the same parts alone")
  func injective() {
    let long = String(repeating: "x", count: 300)
    let words = ["", "a", "ab", "b", "\u{1}a", "a\u{0}b", long]
    var all: Set<Parts> = []
    for first in words {
      for second in words {
        all.insert(Parts(prefix: first, host: second))
        all.insert(Parts(host: first, path: second))
        all.insert(Parts(path: first, query: second))
        all.insert(Parts(path: first, query: nil, selection: [second]))
        all.insert(Parts(query: first, selection: [second]))
        all.insert(Parts(selection: [first, second]))
      }
    }
    for port in [0, 1, 256, 443, 65_535] as [UInt16] {
      for scheme in [Scheme.http, .https] { all.insert(Parts(scheme: scheme, port: port, path: "/")) }
    }
    #expect(Set(all.map(\.key)).count == all.count)
  }

  @Test("a second look-up drops the selecting fields, and begin drops all")
  func again() {
    let hasher = KeyHash(1, 2)
    var key = Sample.key("a")
    key.seal(with: hasher)
    let (whole, hash) = (array(key.octets), key.hash)
    key.append(octets("more").span)
    key.sealSelection(with: hasher)
    #expect(key.hash != hash && key.primaryHash == hash && key.primaryCount == whole.count)
    key.seal(with: hasher)
    #expect(array(key.octets) == whole && key.hash == hash)
    key.begin(Span(), scheme: .http, port: 80, host: Span(), path: octets("b").span, query: nil)
    key.seal(with: hasher)
    #expect(key.hash != hash && array(key.octets) == Parts(path: "b").key)
  }
}
