import Bytes
import Synchronization
import Testing
import Time

@testable import Telemetry

@Suite("Histogram: log-linear, within 2 %")
struct LatencyHistogramTests {
  @Test("buckets meet without gap, and every span falls into the one whose bounds hold it")
  func scale() {
    for index in 0..<LatencyScale.count {
      let (lower, upper) = (LatencyScale.lowerBound(of: index), LatencyScale.lowerBound(of: index + 1))
      #expect(lower < upper)
      #expect(LatencyScale.bucket(of: lower) == index)
      #expect(LatencyScale.bucket(of: upper - Nanoseconds(1)) == index)
      let widest = max((LatencyScale.middle(of: index) - lower).count, (upper - LatencyScale.middle(of: index)).count)
      #expect(Double(widest) <= 0.02 * Double(lower.count), "bucket \(index)")
    }
  }

  @Test(
    "what is off the scale saturates",
    arguments: [
      (Int64.min, 0), (-1, 0), (0, 0), (511, 0), (512, 0), (.max, LatencyScale.count - 1),
      (1 << 42, LatencyScale.count - 1),
    ])
  func saturation(count: Int64, bucket: Int) {
    #expect(LatencyScale.bucket(of: Nanoseconds(count)) == bucket)
  }

  @Test("the scale reaches from 1 µs to beyond an hour")
  func range() {
    #expect(LatencyScale.bucket(of: .microseconds(1)) > 0)
    #expect(LatencyScale.bucket(of: .seconds(3_600)) < LatencyScale.count - 1)
  }

  @Test("percentiles are within 2 % of an exact sort", arguments: [UInt64(1), 2, 3, 4])
  func percentiles(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    // Log-uniform from 1 µs to 17 minutes: every octave gets its share.
    let spans = (0..<5_000).map { _ -> Int64 in
      let octave = Int64(1_000) << Int64.random(in: 0..<30, using: &random)
      return Int64.random(in: octave..<octave * 2, using: &random)
    }.sorted()
    let histogram = LatencyHistogram()
    for span in spans { histogram.record(Nanoseconds(span)) }
    var snapshot = HistogramSnapshot()
    snapshot.add(histogram)
    #expect(snapshot.count == 5_000)
    #expect(snapshot.nanoseconds == UInt64(spans.reduce(0, +)))
    for percentile in [0.02, 1, 10, 25, 50, 75, 90, 95, 99, 99.9, 100] {
      let rank = Int((percentile / 100 * 5_000).rounded(.up))
      let exact = Double(spans[max(rank, 1) - 1])
      let read = Double(try #require(snapshot.percentile(percentile)).count)
      #expect(abs(read - exact) <= 0.02 * exact, "p\(percentile): \(read) for \(exact)")
    }
  }

  @Test("no spans have no percentile, and an odd percentile is clamped")
  func odd() {
    var snapshot = HistogramSnapshot()
    #expect(snapshot.percentile(50) == nil)
    #expect(snapshot.mean == nil)
    snapshot.add(.milliseconds(5))
    for percentile in [-1, 0, 100, 1_000, Double.nan, .infinity, -.infinity] {
      #expect(snapshot.percentile(percentile) == LatencyScale.middle(of: LatencyScale.bucket(of: .milliseconds(5))))
    }
  }

  @Test("snapshots add and subtract, and a sparse delta adds the same")
  func algebra() {
    var random = SplitMix64(seed: 7)
    var early = HistogramSnapshot()
    for _ in 0..<100 { early.add(Nanoseconds(Int64.random(in: 0..<1_000_000, using: &random))) }
    var later = early
    for _ in 0..<100 { later.add(Nanoseconds(Int64.random(in: 0..<1_000_000_000, using: &random))) }
    let delta = later - early
    #expect(delta.count == 100)
    #expect(early + delta == later)
    var rebuilt = early
    rebuilt.add(SparseHistogram(delta))
    #expect(rebuilt == later)
    #expect((early - later).count == 0)
  }

  @Test("a bound counts what does not exceed it")
  func bound() {
    var snapshot = HistogramSnapshot()
    for milliseconds in [1, 5, 20, 100, 400] as [Int64] { snapshot.add(.milliseconds(milliseconds)) }
    let counts = [0, 2, 50, 1_000].map { snapshot.count(upTo: .milliseconds($0)) }
    #expect(counts == [0, 1, 3, 5])
  }

  @Test("a reader beside the writer sees counts that only grow, and at the end all")
  func concurrency() async {
    let recorder = RouteRecorder(site: "s", route: "r", target: nil, series: RouteSeries())
    let written: UInt64 = 200_000
    async let writing: Void = Task.detached {
      var record = RequestRecord(received: Instant(sinceStart: .zero))
      record.status = 200
      record.answered = Instant(sinceStart: .milliseconds(3))
      record.finished = Instant(sinceStart: .milliseconds(4))
      for _ in 0..<written { recorder.record(record) }
    }.value
    var last: UInt64 = 0
    while last < written {
      var figures = RouteFigures(name: .unrouted)
      recorder.series.add(to: &figures)
      #expect(figures.exchanges >= last)
      #expect(figures.firstByte.count <= written)
      last = figures.exchanges
      await Task.yield()
    }
    await writing
    var figures = RouteFigures(name: .unrouted)
    recorder.series.add(to: &figures)
    #expect(figures.firstByte.count == written)
    #expect(figures.total.count == written)
  }
}
