import Bytes

/// Sixteen hex digits that name one request in logs, on error pages and towards the origin. Not a secret.
struct RequestID: Sendable {
  private(set) var digits = InlineArray<16, UInt8>(repeating: 0x30)

  init() {}

  /// Makes IDs that do not repeat, from a random start.
  struct Source: ~Copyable {
    private var numbers: SplitMix64

    init(seed: UInt64) { numbers = SplitMix64(seed: seed) }

    mutating func next() -> RequestID {
      var mixed = numbers.next()
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
