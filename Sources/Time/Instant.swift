import CLinux

/// A point on the monotonic clock, in 8 octets. Ages and deadlines live on this clock: a step of the wall clock
/// ages nothing.
public struct Instant: Hashable, Comparable, Sendable {
  /// Nanoseconds since the machine started.
  public let sinceStart: Nanoseconds

  @inlinable public init(sinceStart: Nanoseconds) { self.sinceStart = sinceStart }

  /// Before every other: "never happened" in records.
  @inlinable public static var never: Instant { Instant(sinceStart: Nanoseconds(.min)) }
  /// After every other: a deadline that does not come.
  @inlinable public static var distantFuture: Instant { Instant(sinceStart: .max) }

  /// Reads `CLOCK_MONOTONIC` (about 25 ns). For the edges alone: everything else is handed its time.
  public static func readClock() -> Instant { Instant(sinceStart: Nanoseconds(clinux_monotonic())) }

  @inlinable public static func < (left: Instant, right: Instant) -> Bool { left.sinceStart < right.sinceStart }
  @inlinable public static func - (later: Instant, earlier: Instant) -> Nanoseconds {
    later.sinceStart - earlier.sinceStart
  }
  @inlinable public static func + (instant: Instant, span: Nanoseconds) -> Instant {
    Instant(sinceStart: instant.sinceStart + span)
  }
}
