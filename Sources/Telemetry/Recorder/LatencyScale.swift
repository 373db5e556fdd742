import Time

/// Where a span of time falls in a log-linear histogram: octaves from 512 ns, 32 buckets in each, so that the middle
/// of a bucket is at most 1/64 (1.6 %) from whatever fell into it. Below 512 ns all is one bucket, from 2^42 ns (73
/// minutes) too.
public enum LatencyScale {
  /// Buckets: 33 octaves of 32.
  public static let count = 1_056

  /// 0 to `count - 1`; clamps.
  @inlinable public static func bucket(of span: Nanoseconds) -> Int {
    guard span.count >= 512 else { return 0 }
    let value = UInt64(truncatingIfNeeded: span.count)
    let exponent = 63 &- value.leadingZeroBitCount
    let index = (exponent &- 9) &* 32 &+ Int(truncatingIfNeeded: value >> UInt64(exponent &- 5)) & 31
    return Swift.min(index, count &- 1)
  }

  /// The least span of the bucket; of bucket `count` the end of the scale. `index` is clamped to 0 to `count`.
  public static func lowerBound(of index: Int) -> Nanoseconds {
    let index = Swift.max(0, Swift.min(index, count))
    let shift = index / 32 + 4
    return Nanoseconds(Int64(32 + index % 32) << Int64(shift))
  }

  /// The middle of the bucket, which stands for all in it.
  public static func middle(of index: Int) -> Nanoseconds {
    let lower = lowerBound(of: index)
    return lower + (lowerBound(of: index + 1) - lower) / 2
  }
}
