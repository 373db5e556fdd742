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

  @Test("says when it is next to be looked at, however timers came, went and fired since it was asked")
  func wakeIsCurrent() {
    var random = SplitMix64(seed: 7)
    var wheel = TimerWheel(now: Self.instant(0))
    var timers: [(slot: Int, deadline: Int64, token: TimerToken)] = []
    var now: Int64 = 0
    for round in 0..<4_000 {
      switch random.next() % 4 {
      case 0, 1:
        let deadline = now + 1 + Int64(random.next() % [20, 400, 9_000, 300_000][Int(random.next() % 4)])
        timers.append((round, deadline, wheel.add(Self.tenant(round), at: Self.instant(deadline))))
      case 2:
        guard !timers.isEmpty else { continue }
        wheel.cancel(timers.remove(at: Int(random.next() % UInt64(timers.count))).token)
      default:
        now += Int64(random.next() % 3_000)
        var due: [EventToken] = []
        wheel.advance(to: Self.instant(now), due: &due)
        let fired = Set(due.map { Int($0.slot) })
        timers.removeAll { fired.contains($0.slot) }
      }
      let wake = wheel.nextWake()
      #expect((wake == nil) == timers.isEmpty)
      guard let wake, let earliest = timers.map(\.deadline).min() else { continue }
      #expect(wake - Self.instant(earliest) < .milliseconds(9), "too late for the next one")
      #expect(wake - Self.instant(now) > .milliseconds(-8), "over already")
    }
  }

  @Test("wakes its loop in time for the next timer, and does not when there is none")
  func wakes() {
    var wheel = TimerWheel(now: Self.instant(5))
    let wake = wheel.nextWake()
    #expect(wake == nil)
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
