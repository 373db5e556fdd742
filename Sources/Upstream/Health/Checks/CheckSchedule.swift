import Time

/// When a server's checks begin. Pure: the chance comes as a generator.
struct CheckSchedule: Equatable {
  /// Up to so many percent earlier or later, so that the checks of many servers, and of many Yetts, do not fall together.
  static let jitter: Int64 = 15
  /// The first checks are spread over at most that: a start should soon know whom it can use.
  static let firstSpread = Nanoseconds.milliseconds(250)

  let interval: Nanoseconds

  func first(at now: Instant, using chance: inout some RandomNumberGenerator) -> Instant {
    let spread = Swift.min(interval / 4, Self.firstSpread)
    return now + Nanoseconds(Int64.random(in: 0...Swift.max(0, spread.count), using: &chance))
  }

  /// - Parameters:
  ///   - began: when the last check did.
  ///   - now: when it ended; a check that took longer than the interval is followed at once.
  func next(
    after began: Instant, endedAt now: Instant, using chance: inout some RandomNumberGenerator
  ) -> Instant {
    let most = interval.count / 100 * Self.jitter
    let shift = Nanoseconds(Int64.random(in: -most...most, using: &chance))
    return Swift.max(now, began + interval + shift)
  }
}

/// SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014): a seed makes it repeatable.
/// For jitter, never for secrets.
public struct SplitMix64: RandomNumberGenerator, Sendable {
  private var state: UInt64

  public init(seed: UInt64) { state = seed }

  /// The next 64 bits; the sequence repeats after 2⁶⁴.
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
