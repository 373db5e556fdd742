import Bytes

/// A key as fills and their readers keep it.
struct StoreKey: Sendable, Equatable {
  let octets: [UInt8]
  let hash: UInt64
  /// Where the selecting fields begin.
  let primaryCount: Int
  let primaryHash: UInt64

  init(_ key: borrowing CacheKey) {
    var copy: [UInt8] = []
    copy.reserveCapacity(key.count)
    copy.append(key.octets)
    (octets, hash, primaryCount, primaryHash) = (copy, key.hash, key.primaryCount, key.primaryHash)
  }

  private init(octets: [UInt8], hash: UInt64) {
    (self.octets, self.hash, primaryCount, primaryHash) = (octets, hash, octets.count, hash)
  }

  var isPrimary: Bool { octets.count == primaryCount }

  /// Without the selecting fields.
  var primary: StoreKey {
    isPrimary ? self : StoreKey(octets: Array(octets.prefix(primaryCount)), hash: primaryHash)
  }

  /// The selecting fields alone.
  var selection: [UInt8] { Array(octets.dropFirst(primaryCount)) }

  /// A key to look up with, without the selecting fields.
  var lookupKey: CacheKey {
    let primary = primary
    return CacheKey(octets: primary.octets, primaryCount: primaryCount, primaryHash: primaryHash, hash: primaryHash)
  }
}
