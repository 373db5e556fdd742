import Synchronization
import Time

/// Counts of spans by `LatencyScale`. One writer, which alone may call `record`; any thread may take a snapshot and
/// gets counts that each were true at some moment of the taking.
public struct LatencyHistogram: ~Copyable, Sendable {
  private let buckets = InlineArray<1_056, Atomic<UInt64>> { _ in Atomic(0) }
  /// Nanoseconds; wraps after five centuries of waiting.
  private let sum = Atomic<UInt64>(0)

  init() {}

  /// How many spans fell into the bucket so far.
  func count(inBucket index: Int) -> UInt64 { buckets[index].value }

  /// Of all spans so far.
  var nanoseconds: UInt64 { sum.value }

  /// The writer's thread only. About 26 instructions (callgrind).
  func record(_ span: Nanoseconds) {
    buckets[LatencyScale.bucket(of: span)].increase(by: 1)
    sum.increase(by: UInt64(clamping: span.count))
  }
}
