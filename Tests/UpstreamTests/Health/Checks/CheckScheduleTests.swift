import Bytes
import Testing
import Time

@testable import Upstream

@Suite("CheckSchedule: checks that do not fall together")
struct CheckScheduleTests {
  private let now = Instant(sinceStart: .seconds(1_000))

  @Test("an interval is 15 % shorter or longer at most, and not always the same", arguments: [1, 20, 2_000, 60_000])
  func jitter(milliseconds: Int64) {
    let schedule = CheckSchedule(interval: .milliseconds(milliseconds))
    var chance = SplitMix64(seed: 7)
    var seen: Set<Int64> = []
    for _ in 0..<500 {
      let wait = schedule.next(after: now, endedAt: now, using: &chance) - now
      #expect(wait.count * 100 >= milliseconds * 1_000_000 * 85)
      #expect(wait.count * 100 <= milliseconds * 1_000_000 * 115)
      seen.insert(wait.count)
    }
    #expect(seen.count > 100)
  }

  @Test("runs from beginning to beginning, never into the past")
  func late() {
    let schedule = CheckSchedule(interval: .seconds(2))
    var chance = SplitMix64(seed: 7)
    let ended = now + .seconds(1)
    #expect(schedule.next(after: now, endedAt: ended, using: &chance) <= now + .milliseconds(2_300))
    let tooLate = now + .seconds(9)
    #expect(schedule.next(after: now, endedAt: tooLate, using: &chance) == tooLate)
  }

  @Test("the first checks come at once, spread over a quarter of a second", arguments: [1, 100, 2_000, 3_600_000])
  func first(milliseconds: Int64) {
    let schedule = CheckSchedule(interval: .milliseconds(milliseconds))
    var chance = SplitMix64(seed: 7)
    let latest = Swift.min(milliseconds * 250_000, 250_000_000)
    for _ in 0..<100 {
      let wait = schedule.first(at: now, using: &chance) - now
      #expect((0...latest).contains(wait.count))
    }
  }
}
