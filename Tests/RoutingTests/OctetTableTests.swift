import Testing

@testable import Routing

@Suite("A table from octets to numbers")
struct OctetTableTests {
  private func hash(_ key: [UInt8], salt: UInt32) -> UInt32 {
    var hash = OctetHash(seed: 7)
    for octet in key { hash.add(octet) }
    return hash.value(salt: salt)
  }

  @Test("a key of the same hash is another key all the same", arguments: ["kez", "ke", "keyy", "", "xey"])
  func collision(other: String) {
    var table = OctetTable(capacity: 1, seed: 7)
    let (key, other) = (Array("key".utf8), Array(other.utf8))
    table.insert(key, salt: 3, isBackward: false, value: 42)
    let hash = hash(key, salt: 3)
    #expect(table.find(key.span, hash: hash, salt: 3) == 42)
    #expect(table.find(other.span, hash: hash, salt: 3) == -1)
    #expect(table.find(key.span, hash: hash, salt: 4) == -1)
    #expect(table.find(key.span, hash: hash &+ 1, salt: 3) == -1)
  }

  @Test("finds every key however full it is", arguments: [0, 1, 2, 3, 100, 1_000])
  func full(count: Int) {
    var table = OctetTable(capacity: count, seed: 7)
    let keys = (0..<count).map { Array("key-\($0)".utf8) }
    for (value, key) in keys.enumerated() {
      table.insert(key, salt: 0, isBackward: false, value: Int32(clamping: value))
    }
    for (value, key) in keys.enumerated() {
      #expect(table.find(key.span, hash: hash(key, salt: 0), salt: 0) == Int32(clamping: value))
    }
    let absent = Array("absent".utf8)
    #expect(table.find(absent.span, hash: hash(absent, salt: 0), salt: 0) == -1)
  }
}
