import Bytes
import Synchronization

/// Sixteen hex digits that name one request in logs, on error pages and towards the origin. Not a secret.
struct RequestID: Sendable {
  private(set) var digits = InlineArray<16, UInt8>(repeating: 0x30)

  init() {}

  /// Eight digits at a time, one to an octet.
  init(_ number: UInt64) {
    let (high, low) = (Self.digits(number >> 32), Self.digits(number & 0xFFFF_FFFF))
    for index in 0..<8 {
      digits[index] = UInt8(truncatingIfNeeded: high >> UInt64(index * 8))
      digits[index + 8] = UInt8(truncatingIfNeeded: low >> UInt64(index * 8))
    }
  }

  /// Of 32 bits, the first in the lowest octet.
  private static func digits(_ bits: UInt64) -> UInt64 {
    var nibbles = (bits | bits << 16) & 0x0000_FFFF_0000_FFFF
    nibbles = (nibbles | nibbles << 8) & 0x00FF_00FF_00FF_00FF
    nibbles = (nibbles | nibbles << 4) & 0x0F0F_0F0F_0F0F_0F0F
    // Beyond 9 an octet moves on to the letters: 0x30 + 10 + 7 is "A".
    let letters = (nibbles &+ 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101
    return (nibbles &+ 0x3030_3030_3030_3030 &+ letters &* 7).byteSwapped
  }

  /// Makes IDs that do not repeat, from a random start.
  struct Source: ~Copyable {
    // An atomic with one writer, so that it is read and written without a dynamic check of exclusivity.
    private let state: Atomic<UInt64>

    init(seed: UInt64) { state = Atomic(seed) }

    /// One thread.
    func next() -> RequestID {
      var numbers = SplitMix64(seed: state.load(ordering: .relaxed))
      defer { state.store(numbers.state, ordering: .relaxed) }
      return RequestID(numbers.next())
    }
  }
}
