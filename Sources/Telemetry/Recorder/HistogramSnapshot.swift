import Time

/// The counts of one or more histograms at some moment: a value that can be added, subtracted and asked.
public struct HistogramSnapshot: Equatable, Sendable {
  /// One for every bucket of `LatencyScale`.
  public private(set) var counts = [UInt64](repeating: 0, count: LatencyScale.count)
  /// Of all spans, in nanoseconds.
  public private(set) var nanoseconds: UInt64 = 0

  public init() {}

  /// How many spans there are in all.
  public var count: UInt64 { counts.reduce(0, &+) }

  /// Adds what the histogram holds now.
  public mutating func add(_ histogram: borrowing LatencyHistogram) {
    for index in counts.indices { counts[index] &+= histogram.count(inBucket: index) }
    nanoseconds &+= histogram.nanoseconds
  }

  /// What is kept of a delta.
  public mutating func add(_ delta: SparseHistogram) {
    for entry in delta.entries where Int(entry.bucket) < counts.count {
      counts[Int(entry.bucket)] &+= UInt64(entry.count)
    }
    nanoseconds &+= delta.nanoseconds
  }

  /// One more span.
  public mutating func add(_ span: Nanoseconds) {
    counts[LatencyScale.bucket(of: span)] &+= 1
    nanoseconds &+= UInt64(clamping: span.count)
  }

  public static func + (left: HistogramSnapshot, right: HistogramSnapshot) -> HistogramSnapshot {
    var sum = left
    for index in sum.counts.indices { sum.counts[index] &+= right.counts[index] }
    sum.nanoseconds &+= right.nanoseconds
    return sum
  }

  /// What came since `earlier`, an older snapshot of the same histograms.
  public static func - (later: HistogramSnapshot, earlier: HistogramSnapshot) -> HistogramSnapshot {
    var difference = later
    for index in difference.counts.indices {
      difference.counts[index] -= min(earlier.counts[index], difference.counts[index])
    }
    difference.nanoseconds -= min(earlier.nanoseconds, difference.nanoseconds)
    return difference
  }

  /// The least span that `percentile` per cent of all spans do not exceed (nearest rank), within 1.6 %; `nil` where
  /// there are none.
  ///
  /// - Parameter percentile: 0 to 100; clamped.
  public func percentile(_ percentile: Double) -> Nanoseconds? {
    let count = self.count
    guard count > 0 else { return nil }
    let part = percentile > 0 ? min(percentile, 100) / 100 : 0
    let rank = max(1, UInt64((part * Double(count)).rounded(.up)))
    var seen: UInt64 = 0
    for (index, inBucket) in counts.enumerated() {
      seen &+= inBucket
      if seen >= min(rank, count) { return LatencyScale.middle(of: index) }
    }
    return nil
  }

  /// How many spans do not exceed `bound`; the bucket in which it lies counts where its middle does not.
  public func count(upTo bound: Nanoseconds) -> UInt64 {
    var sum: UInt64 = 0
    for (index, inBucket) in counts.enumerated() where inBucket > 0 && LatencyScale.middle(of: index) <= bound {
      sum &+= inBucket
    }
    return sum
  }

  /// The mean, exact; `nil` where there are none.
  public var mean: Nanoseconds? {
    let count = self.count
    return count > 0 ? Nanoseconds(Int64(clamping: nanoseconds / count)) : nil
  }
}

/// The buckets of a snapshot that are not empty: what a window of five seconds is kept as.
public struct SparseHistogram: Equatable, Sendable {
  public struct Entry: Equatable, Sendable {
    public let bucket: UInt16
    public let count: UInt32
  }

  /// Ascending by bucket.
  public let entries: [Entry]
  public let nanoseconds: UInt64

  /// A count over 2^32 is clamped.
  public init(_ snapshot: HistogramSnapshot) {
    let filled = snapshot.counts.enumerated().lazy.filter { $0.element > 0 }
    entries = filled.map { Entry(bucket: UInt16(clamping: $0.offset), count: UInt32(clamping: $0.element)) }
    nanoseconds = snapshot.nanoseconds
  }
}
