import Testing
import Time

@testable import Control

@Suite("When ticket keys change")
struct TicketScheduleTests {
  private static func at(_ seconds: Int64) -> Instant { Instant(sinceStart: .seconds(seconds)) }

  @Test("each profile's after its own period, again and again")
  func periods() {
    var schedule = TicketSchedule()
    schedule.adopt([("a", .seconds(10)), ("b", .seconds(25))], at: Self.at(0))
    var rotations: [String] = []
    for second in 0...50 {
      rotations += schedule.due(at: Self.at(Int64(second))).map { "\($0)\(second)" }
    }
    #expect(rotations == ["a10", "a20", "b25", "a30", "a40", "a50", "b50"])
  }

  @Test("a reload begins none anew but one of another period")
  func adopted() {
    var schedule = TicketSchedule()
    schedule.adopt([("a", .seconds(10)), ("b", .seconds(10)), ("c", .seconds(10))], at: Self.at(0))
    schedule.adopt([("a", .seconds(10)), ("b", .seconds(5))], at: Self.at(8))
    #expect(schedule.due(at: Self.at(10)) == ["a"])
    #expect(schedule.due(at: Self.at(13)) == ["b"])
  }
}
