import Testing
import Time

@testable import Telemetry

@Suite("RequestRecord: what the stages amount to")
struct RequestRecordTests {
  func record(headWhole: Int64 = 1_000, bodyWait: Int64 = 0, answered: Int64?, finished: Int64?) -> RequestRecord {
    var record = RequestRecord(received: Instant(sinceStart: Nanoseconds(500)))
    record.headWhole = Instant(sinceStart: Nanoseconds(headWhole))
    record.bodyWait = Nanoseconds(bodyWait)
    if let answered { record.answered = Instant(sinceStart: Nanoseconds(answered)) }
    if let finished { record.finished = Instant(sinceStart: Nanoseconds(finished)) }
    return record
  }

  @Test("latency runs from the request's head, and a wait for the client's body is kept apart")
  func latency() {
    let record = record(bodyWait: 100, answered: 3_000, finished: 9_000)
    #expect(record.firstByte == Nanoseconds(1_900))
    #expect(record.total == Nanoseconds(7_900))
  }

  @Test("a stage that did not happen has no latency")
  func never() {
    #expect(record(answered: nil, finished: 9_000).firstByte == nil)
    #expect(record(answered: nil, finished: 9_000).total == nil)
    #expect(record(answered: 2_000, finished: nil).total == nil)
  }

  @Test("an answer before the body's end is never negative")
  func early() { #expect(record(bodyWait: 5_000, answered: 3_000, finished: 3_500).firstByte == .zero) }
}
