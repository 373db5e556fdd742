import Time

@testable import Telemetry

extension RequestRecord {
  /// An exchange whose head was whole at 0 and that took so long.
  static func sample(
    _ status: UInt16 = 200, _ ending: Ending = .answered, cache: CacheResult = .hit,
    firstByte: Nanoseconds? = .milliseconds(10),
    total: Nanoseconds = .milliseconds(20)
  ) -> RequestRecord {
    var record = RequestRecord(received: Instant(sinceStart: .zero))
    (record.status, record.ending, record.cache) = (status, ending, cache)
    if let firstByte { record.answered = Instant(sinceStart: firstByte) }
    record.finished = Instant(sinceStart: total)
    (record.octetsIn, record.octetsOut) = (100, 1_000)
    return record
  }
}

extension LatencyTarget {
  /// 95 % within 10 ms, 99 % available.
  static func sample(_ threshold: Nanoseconds = .milliseconds(10), measure: Measure = .firstByte) -> LatencyTarget {
    LatencyTarget(threshold: threshold, percentile: 95, availability: 0.99, measure: measure)
  }
}
