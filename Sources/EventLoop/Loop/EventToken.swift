/// A tenant's place in its loop. Late news for a tenant that has left is dropped by the generation.
public struct EventToken: Hashable, Sendable {
  let slot: UInt32
  let generation: UInt32

  /// Nobody's.
  public static let none = EventToken(slot: .max, generation: 0)

  var packed: UInt64 { UInt64(generation) << 32 | UInt64(slot) }

  init(slot: UInt32, generation: UInt32) {
    self.slot = slot
    self.generation = generation
  }

  init(packed: UInt64) {
    slot = UInt32(truncatingIfNeeded: packed)
    generation = UInt32(truncatingIfNeeded: packed >> 32)
  }
}
