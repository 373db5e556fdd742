import Time

/// What traffic found of one server: whether connections to it fail in a row. A suspect is left alone for a while, and
/// each failure after such a while makes the next one longer.
public struct Observation: Equatable, Sendable {
  public enum Event: Sendable {
    case connected
    /// No connection came about, by no fault of ours.
    case unconnected
    /// Its checks pass again: what was before tells nothing any more.
    case recovered
  }

  /// Failures in a row that make a suspect.
  public static let failureLimit = 3
  /// The first while.
  public static let firstPause = Nanoseconds.seconds(1)
  /// The longest while.
  public static let longestPause = Nanoseconds.seconds(10)

  /// Failures in a row, counted up to `failureLimit`.
  public private(set) var failures = 0
  /// Until then it is a suspect; `.never` if it is none.
  public private(set) var suspectUntil = Instant.never
  private var pause = Nanoseconds.zero

  public init() {}

  public func isSuspect(at now: Instant) -> Bool { now < suspectUntil }

  /// What is known after one more attempt to connect; `now` is when it ended.
  public func after(_ event: Event, at now: Instant) -> Observation {
    switch event {
    case .connected, .recovered: return Observation()
    case .unconnected:
      var next = self
      // What failed meanwhile began before it was suspected, or had no other server: it lengthens nothing.
      guard !isSuspect(at: now) else { return next }
      next.failures = Swift.min(failures + 1, Self.failureLimit)
      guard next.failures == Self.failureLimit else { return next }
      next.pause = pause == .zero ? Self.firstPause : Swift.min(pause * 2, Self.longestPause)
      next.suspectUntil = now + next.pause
      return next
    }
  }
}
