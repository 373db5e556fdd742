import Bytes

/// A hash of octets that can be asked for at every prefix: hosts and paths are hashed while they are walked. What is
/// looked up comes from clients, what is stored does not, so a chain is as long as the configuration made it; the seed
/// keeps even that from being foreseen.
@usableFromInline struct OctetHash {
  @usableFromInline var state: UInt64

  @inlinable init(seed: UInt64) { state = seed }

  @inlinable mutating func add(_ octet: UInt8) { state = (state ^ UInt64(octet)) &* 0x0000_0100_0000_01B3 }

  /// The hash of what was added: the high bits, where the octets met, brought down.
  @inlinable func value(salt: UInt32) -> UInt32 {
    let salted = state ^ UInt64(salt) &* 0x9E37_79B9_7F4A_7C15
    let mixed = (salted ^ salted >> 29) &* 0xBF58_476D_1CE4_E5B9
    return UInt32(truncatingIfNeeded: mixed >> 32)
  }
}

/// An open-addressed table from octets, told apart by a salt, to small numbers. Filled once, never changed after; half
/// empty at least, so that every probe ends.
@usableFromInline struct OctetTable: Sendable {
  @usableFromInline struct Slot: Sendable {
    @usableFromInline var hash: UInt32 = 0
    @usableFromInline var salt: UInt32 = 0
    /// Where the key lies in `octets`.
    @usableFromInline var start: UInt32 = 0
    @usableFromInline var count: UInt32 = 0
    /// -1: empty.
    @usableFromInline var value: Int32 = -1
    @usableFromInline init() {}
  }

  @usableFromInline let seed: UInt64
  @usableFromInline var slots: [Slot]
  @usableFromInline var octets: [UInt8] = []

  /// - Parameter capacity: the most keys that are inserted.
  init(capacity: Int, seed: UInt64) {
    var size = 4
    while size < capacity * 2 { size *= 2 }
    slots = Array(repeating: Slot(), count: size)
    self.seed = seed
  }

  /// Adds a key that is not there yet. `isBackward` hashes from the last octet to the first.
  mutating func insert(_ key: [UInt8], salt: UInt32, isBackward: Bool, value: Int32) {
    var hash = OctetHash(seed: seed)
    if isBackward { for octet in key.reversed() { hash.add(octet) } } else { for octet in key { hash.add(octet) } }
    var slot = Slot()
    (slot.hash, slot.salt, slot.value) = (hash.value(salt: salt), salt, value)
    (slot.start, slot.count) = (UInt32(clamping: octets.count), UInt32(clamping: key.count))
    octets += key
    var position = Int(slot.hash) & (slots.count - 1)
    while slots[position].value >= 0 { position = (position + 1) & (slots.count - 1) }
    slots[position] = slot
  }

  /// The value of a key, or -1.
  ///
  /// - Parameter hash: of these octets in the direction in which they were inserted, with the same salt.
  @inlinable func find(_ key: Span<UInt8>, hash: UInt32, salt: UInt32) -> Int32 {
    let mask = slots.count &- 1
    var position = Int(hash) & mask
    while true {
      let slot = slots[position]
      guard slot.value >= 0 else { return -1 }
      if slot.hash == hash, slot.salt == salt, Int(slot.count) == key.count {
        let start = Int(slot.start)
        if key.equals(octets.span.extracting(start..<start &+ key.count)) { return slot.value }
      }
      position = (position &+ 1) & mask
    }
  }
}

/// Which lengths the keys of a table have: most of what is asked for is of none, and costs no probe then.
@usableFromInline struct LengthSet: Sendable {
  /// Bit n: a key of n octets; bit 63: of 63 or more.
  @usableFromInline var bits: UInt64 = 0

  @inlinable init() {}

  @inlinable var isEmpty: Bool { bits == 0 }

  @inlinable mutating func insert(_ length: Int) { bits |= 1 << UInt64(truncatingIfNeeded: Swift.min(length, 63)) }

  /// - Parameter length: 0 or more.
  @inlinable func mayContain(_ length: Int) -> Bool {
    bits &>> UInt64(truncatingIfNeeded: Swift.min(length, 63)) & 1 == 1
  }
}
