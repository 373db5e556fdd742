import Bytes
import Testing
import Time

@testable import EventLoop

@Suite("Timer wheel")
struct TimerWheelTests {
  private static func tenant(_ number: Int) -> EventToken { EventToken(slot: UInt32(number), generation: 1) }
  private static func instant(_ milliseconds: Int64) -> Instant { Instant(sinceStart: .milliseconds(milliseconds)) }

  @Test("fires no timer early and none later than a tick and the step it was asked in", arguments: [0, 7, 1_000_003])
  func punctual(start: Int64) {
    var random = SplitMix64(seed: UInt64(start) + 1)
    var wheel = TimerWheel(now: Self.instant(start))
    var deadlines: [Int: Int64] = [:]
    var tokens: [Int: TimerToken] = [:]
    var now = start
    for round in 0..<4_000 {
      let delay = [1, 20, 400, 9_000, 300_000, 40_000_000, 200_000_000][Int(random.next() % 7)]
      let deadline = now + 1 + Int64(random.next() % UInt64(delay))
      deadlines[round] = deadline
      tokens[round] = wheel.add(Self.tenant(round), at: Self.instant(deadline))
      if random.next() % 4 == 0, let victim = deadlines.keys.min(by: { $0 % 97 < $1 % 97 }), let token = tokens[victim]
      {
        wheel.cancel(token)
        wheel.cancel(token)
        deadlines[victim] = nil
      }
      let before = now
      now += Int64(random.next() % 3_000)
      var due: [EventToken] = []
      wheel.advance(to: Self.instant(now), due: &due)
      for token in due {
        let deadline = deadlines.removeValue(forKey: Int(token.slot))
        #expect(deadline.map { $0 <= now } ?? false, "fired early, twice or after its cancelling")
        #expect(deadline.map { $0 + 9 > before } ?? true, "should have fired in an earlier step")
      }
      #expect(wheel.count == deadlines.count)
    }
  }

  @Test("wakes its loop in time for the next timer, and does not when there is none")
  func wakes() {
    var wheel = TimerWheel(now: Self.instant(5))
    #expect(wheel.nextWake() == nil)
    for delay in [1, 63 * 8, 64 * 8, 65 * 8, 33_000, 36_000_000] as [Int64] {
      let token = wheel.add(Self.tenant(1), at: Self.instant(5 + delay))
      var now = Self.instant(5)
      var due: [EventToken] = []
      var steps = 0
      while due.isEmpty, steps < 10, let wake = wheel.nextWake() {
        #expect(wake > now)
        now = wake
        wheel.advance(to: now, due: &due)
        steps += 1
      }
      #expect(due.count == 1)
      #expect(now - Self.instant(5 + delay) < .milliseconds(9), "late")
      #expect(now >= Self.instant(5 + delay), "early")
      wheel.cancel(token)
      wheel = TimerWheel(now: Self.instant(5))
    }
  }
}
