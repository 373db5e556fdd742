import Synchronization

/// What one worker has done with one server. That worker alone writes, with relaxed load and store (2 ns, where the
/// locked addition that workers sharing a count need is 6 and more); any thread reads.
final class RequestCounters: Sendable {
  private let began = Atomic<UInt64>(0)
  private let ended = Atomic<UInt64>(0)
  private let unanswered = Atomic<UInt64>(0)

  /// A request was given to it; once for each `requestEnded`.
  func requestBegan() { Self.increment(began) }

  func requestEnded() { Self.increment(ended) }

  /// An attempt brought no whole answer.
  func requestFailed() { Self.increment(unanswered) }

  /// Requests that have not ended. What ends between the two looks is not counted as under way.
  var inFlight: Int {
    let began = began.load(ordering: .relaxed)
    return Swift.max(0, Int(clamping: began) - Int(clamping: ended.load(ordering: .relaxed)))
  }

  /// Requests that were given to it.
  var all: UInt64 { began.load(ordering: .relaxed) }

  /// Those that brought no whole answer.
  var failed: UInt64 { unanswered.load(ordering: .relaxed) }

  private static func increment(_ count: borrowing Atomic<UInt64>) {
    count.store(count.load(ordering: .relaxed) &+ 1, ordering: .relaxed)
  }
}
