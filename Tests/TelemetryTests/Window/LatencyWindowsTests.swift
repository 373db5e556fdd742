import Testing
import Time

@testable import Telemetry

@Suite("Windows: since a minute")
struct LatencyWindowsTests {
  let registry = RecorderRegistry()

  func instant(_ seconds: Int64) -> Instant { Instant(sinceStart: .seconds(1_000 + seconds)) }

  /// Ticks every 5 s until `seconds`, with one request before each tick.
  func run(to seconds: Int64, target: LatencyTarget? = .sample()) -> LatencyWindows {
    let recorder = registry.recorder(site: "a", route: "b", target: target, worker: 0)
    var windows = LatencyWindows(since: instant(0))
    for second in stride(from: Int64(5), through: seconds, by: 5) {
      recorder.record(.sample())
      windows.tick(now: instant(second), figures: registry.figures())
    }
    return windows
  }

  @Test(
    "a report counts what came since then, to the edge before it",
    arguments: [(60, 12, 60), (58, 12, 60), (5, 1, 5), (0, 0, 0), (120, 24, 120), (10_000, 40, 200)])
  func since(seconds: Int64, requests: UInt64, span: Int64) throws {
    let report = try #require(
      run(to: 200).report(since: .seconds(seconds), now: instant(200), figures: registry.figures()).first)
    #expect(report.window.exchanges == requests)
    #expect(report.span == .seconds(span))
  }

  @Test("what came since the last tick is in the report")
  func partial() throws {
    let windows = run(to: 60)
    registry.recorder(site: "a", route: "b", target: .sample(), worker: 0).record(.sample(500))
    let report = try #require(
      windows.report(since: .seconds(10), now: instant(62), figures: registry.figures()).first)
    #expect(report.window.exchanges == 3)
    #expect(report.span == .seconds(12))
    #expect(report.errorRatio == 1.0 / 3)
    #expect(report.rate == 0.25)
    #expect(report.target?.availability == Objective(good: 2, bad: 1, promised: 0.99))
    #expect(report.target?.availabilityInAll == Objective(good: 12, bad: 1, promised: 0.99))
    #expect(report.target?.isMet == false)
  }

  @Test("ten minutes are kept, in a bounded number of windows, and none is counted twice")
  func bounded() throws {
    let windows = run(to: 3_600)
    let report = try #require(
      windows.report(since: .seconds(3_600), now: instant(3_600), figures: registry.figures()).first)
    #expect(report.span >= .seconds(600))
    #expect(report.span <= .seconds(720))
    #expect(report.window.exchanges == UInt64(report.span.seconds / 5))
    #expect(report.window.firstByte.count == report.window.exchanges)
  }

  @Test("counts that began anew are not mixed with those before")
  func anew() throws {
    var windows = run(to: 20)
    let recorder = registry.recorder(site: "a", route: "b", target: .sample(.milliseconds(5)), worker: 0)
    recorder.record(.sample())
    let report = try #require(windows.report(since: .seconds(60), now: instant(22), figures: registry.figures()).first)
    #expect(report.window.exchanges == 5)
    #expect(report.target?.latency == Objective(good: 0, bad: 1, promised: 0.95))
    let other = RecorderRegistry()
    // Other counts under the same name: the route was gone and came back.
    _ = other.unrouted(worker: 0)
    other.recorder(site: "a", route: "b", target: nil, worker: 0).record(.sample())
    windows.tick(now: instant(25), figures: other.figures())
    let reports = windows.report(since: .seconds(60), now: instant(25), figures: other.figures())
    #expect(reports.map(\.window.exchanges) == [0, 1])
  }

  @Test("a tick that comes late or twice makes one window of what came")
  func odd() throws {
    var windows = run(to: 10)
    windows.tick(now: instant(10), figures: registry.figures())
    windows.tick(now: instant(3), figures: registry.figures())
    windows.tick(now: instant(40), figures: registry.figures())
    let report = try #require(windows.report(since: .seconds(10), now: instant(41), figures: registry.figures()).first)
    #expect(report.span == .seconds(31))
    #expect(report.window.exchanges == 0)
    #expect(report.errorRatio == nil)
    #expect(report.target?.isMet == nil)
  }
}
