/// A span of time in 8 octets, for what is stored and recorded. `Duration` is 16 octets and dearer to compare: it
/// stays in configuration, messages and tests. Arithmetic saturates: a time that came from the network never traps.
public struct Nanoseconds: Hashable, Comparable, Sendable {
  /// Negative when the later of two points came first.
  public let count: Int64

  @inlinable public init(_ count: Int64) { self.count = count }

  /// Saturates at about 292 years.
  public init(_ duration: Duration) {
    let (seconds, attoseconds) = duration.components
    self = .seconds(seconds) + Nanoseconds(attoseconds / 1_000_000_000)
  }

  @inlinable public static var zero: Nanoseconds { Nanoseconds(0) }
  @inlinable public static var max: Nanoseconds { Nanoseconds(.max) }

  @inlinable public static func seconds(_ count: Int64) -> Nanoseconds { Nanoseconds(count) * 1_000_000_000 }
  @inlinable public static func milliseconds(_ count: Int64) -> Nanoseconds { Nanoseconds(count) * 1_000_000 }
  @inlinable public static func microseconds(_ count: Int64) -> Nanoseconds { Nanoseconds(count) * 1_000 }

  /// Whole seconds, rounded towards zero.
  @inlinable public var seconds: Int64 { count / 1_000_000_000 }
  /// Whole milliseconds, rounded towards zero.
  @inlinable public var milliseconds: Int64 { count / 1_000_000 }
  /// Whole microseconds, rounded towards zero.
  @inlinable public var microseconds: Int64 { count / 1_000 }

  @inlinable public static func < (left: Nanoseconds, right: Nanoseconds) -> Bool { left.count < right.count }

  @inlinable public static func + (left: Nanoseconds, right: Nanoseconds) -> Nanoseconds {
    let (sum, overflow) = left.count.addingReportingOverflow(right.count)
    return Nanoseconds(overflow ? (right.count < 0 ? .min : .max) : sum)
  }

  @inlinable public static func - (left: Nanoseconds, right: Nanoseconds) -> Nanoseconds {
    let (difference, overflow) = left.count.subtractingReportingOverflow(right.count)
    return Nanoseconds(overflow ? (right.count < 0 ? .max : .min) : difference)
  }

  @inlinable public static func * (left: Nanoseconds, factor: Int64) -> Nanoseconds {
    let (product, overflow) = left.count.multipliedReportingOverflow(by: factor)
    return Nanoseconds(overflow ? ((left.count < 0) == (factor < 0) ? .max : .min) : product)
  }

  /// `divisor` is not zero.
  @inlinable public static func / (left: Nanoseconds, divisor: Int64) -> Nanoseconds {
    Nanoseconds(left.count / divisor)
  }
}
