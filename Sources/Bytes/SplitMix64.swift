/// SplitMix64 (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014): a seed makes it
/// repeatable. For identifiers, jitter and tests, never for secrets.
public struct SplitMix64: RandomNumberGenerator, Sendable {
  /// Where it stands: a seed that goes on from here.
  public var state: UInt64

  @inlinable public init(seed: UInt64) { state = seed }

  /// The next 64 bits; the sequence repeats after 2⁶⁴, and has no number twice before.
  @inlinable public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}
