import Time

/// What a route promises the people behind it.
public struct LatencyTarget: Hashable, Sendable {
  /// From where to where latency is measured.
  public enum Measure: UInt8, Sendable { case firstByte, total }

  /// An answer is in time at or under it.
  public var threshold: Nanoseconds
  /// 0 to 100: so many per cent of the available answers are in time.
  public var percentile: Double
  /// 0 to 1: the part of all requests that is available.
  public var availability: Double
  public var measure: Measure

  public init(threshold: Nanoseconds, percentile: Double, availability: Double, measure: Measure = .firstByte) {
    self.threshold = threshold
    self.percentile = percentile
    self.availability = availability
    self.measure = measure
  }
}

/// What one request counts for against a target. Pure.
public enum Verdict: UInt8, Sendable, CaseIterable {
  /// The client's doing: counts in neither pair.
  case exempt
  /// A 5xx, a time-out, or an answer that Yett or the origin broke: bad for availability, nothing for latency.
  case unavailable
  /// Available, and over the threshold.
  case late
  /// Available, at or under the threshold.
  case inTime

  public init(_ record: borrowing RequestRecord, against target: LatencyTarget) {
    guard !record.ending.isClientAbort else {
      self = .exempt
      return
    }
    let latency =
      switch target.measure {
      case .firstByte: record.firstByte
      case .total: record.total
      }
    guard record.ending == .answered, record.status < 500, let latency else {
      self = .unavailable
      return
    }
    self = latency <= target.threshold ? .inTime : .late
  }
}
