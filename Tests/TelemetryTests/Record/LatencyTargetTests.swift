import Testing
import Time

@testable import Telemetry

@Suite("Target: what counts for and against it")
struct LatencyTargetTests {
  struct Case: Sendable {
    let status: UInt16
    var ending = Ending.answered
    var firstByte: Nanoseconds? = .milliseconds(5)
    var total = Nanoseconds.milliseconds(30)
    var measure = LatencyTarget.Measure.firstByte
    let verdict: Verdict
  }

  @Test(
    "availability is bad on 5xx and time-outs, latency counts what was available, client aborts count in neither",
    arguments: [
      Case(status: 200, verdict: .inTime),
      Case(status: 200, firstByte: .milliseconds(10), verdict: .inTime),
      Case(status: 200, firstByte: .milliseconds(10) + Nanoseconds(1), verdict: .late),
      Case(status: 200, measure: .total, verdict: .late),
      Case(status: 200, total: .milliseconds(10), measure: .total, verdict: .inTime),
      Case(status: 304, verdict: .inTime),
      Case(status: 404, verdict: .inTime),
      Case(status: 499, verdict: .inTime),
      Case(status: 500, verdict: .unavailable),
      Case(status: 503, verdict: .unavailable),
      Case(status: 504, firstByte: .seconds(10), verdict: .unavailable),
      Case(status: 200, ending: .upstreamTimedOut, verdict: .unavailable),
      Case(status: 200, ending: .upstreamFailed, verdict: .unavailable),
      Case(status: 200, ending: .aborted, verdict: .unavailable),
      Case(status: 0, ending: .aborted, firstByte: nil, verdict: .unavailable),
      Case(status: 0, ending: .clientGone, firstByte: nil, verdict: .exempt),
      Case(status: 200, ending: .clientGone, verdict: .exempt),
      Case(status: 502, ending: .clientGone, verdict: .exempt),
      Case(status: 408, ending: .clientTimedOut, verdict: .exempt),
    ])
  func verdict(_ sample: Case) {
    let record = RequestRecord.sample(sample.status, sample.ending, firstByte: sample.firstByte, total: sample.total)
    #expect(Verdict(record, against: .sample(measure: sample.measure)) == sample.verdict)
  }

  @Test(
    "the budget is what the promise allows",
    arguments: [
      (0, 0, 0.95, nil), (100, 0, 0.95, 1.0), (95, 5, 0.95, 0.0), (90, 10, 0.95, -1.0), (975, 25, 0.95, 0.5),
      (5, 0, 1.0, 1.0), (5, 1, 1.0, -1.0), (0, 7, 0.0, 0.0), (1, 1, .nan, -1.0),
    ] as [(UInt64, UInt64, Double, Double?)])
  func budget(good: UInt64, bad: UInt64, promised: Double, left: Double?) {
    let objective = Objective(good: good, bad: bad, promised: promised)
    #expect(objective.isMet == left.map { $0 >= 0 })
    guard let left, let read = objective.budgetLeft else {
      #expect(objective.budgetLeft == left)
      return
    }
    #expect(abs(read - left) < 1e-6)
  }
}
