import Time

/// When a server's checks begin. Pure: the chance comes as a generator.
struct CheckSchedule: Equatable {
  /// Up to so many percent earlier or later, so that the checks of many servers, and of many Yetts, do not fall
  /// together.
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
