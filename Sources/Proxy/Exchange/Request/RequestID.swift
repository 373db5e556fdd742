import Bytes

/// Sixteen hex digits that name one request in logs, on error pages and towards the origin. Not a secret.
struct RequestID: Sendable {
  private(set) var digits = InlineArray<16, UInt8>(repeating: 0x30)

  init() {}

  /// Makes IDs that do not repeat: SplitMix64 (Steele, Lea and Flood, OOPSLA 2014) from a random start.
  struct Source: ~Copyable {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> RequestID {
      state &+= 0x9E37_79B9_7F4A_7C15
      var mixed = state
      mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
      mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
      mixed ^= mixed >> 31
      var id = RequestID()
      var index = 0
      while index < 16 {
        id.digits[index] = UInt8(hexDigit: UInt8(truncatingIfNeeded: mixed & 15))
        mixed >>= 4
        index &+= 1
      }
      return id
    }
  }
}
