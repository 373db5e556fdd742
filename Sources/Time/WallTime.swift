import CLinux

/// A point on the wall clock, for dates and log lines; never for ages or deadlines.
public struct WallTime: Hashable, Comparable, Sendable {
  /// Since 1970-01-01T00:00:00Z; negative before.
  public let sinceEpoch: Nanoseconds

  @inlinable public init(sinceEpoch: Nanoseconds) { self.sinceEpoch = sinceEpoch }
  @inlinable public init(seconds: Int64) { self.sinceEpoch = .seconds(seconds) }

  /// Reads `CLOCK_REALTIME`. For the edges alone.
  public static func readClock() -> WallTime { WallTime(sinceEpoch: Nanoseconds(clinux_realtime())) }

  /// Whole seconds since the epoch, rounded down.
  @inlinable public var seconds: Int64 {
    let whole = sinceEpoch.seconds
    return sinceEpoch.count < 0 && whole * 1_000_000_000 != sinceEpoch.count ? whole - 1 : whole
  }

  @inlinable public static func < (left: WallTime, right: WallTime) -> Bool { left.sinceEpoch < right.sinceEpoch }
  @inlinable public static func - (later: WallTime, earlier: WallTime) -> Nanoseconds {
    later.sinceEpoch - earlier.sinceEpoch
  }
  @inlinable public static func + (time: WallTime, span: Nanoseconds) -> WallTime {
    WallTime(sinceEpoch: time.sinceEpoch + span)
  }
}
