import Bytes
import EventLoop
import Time

/// What is to be checked.
public struct CheckPlan {
  public let state: ServerState
  public let endpoint: ServerEndpoint
  public let plan: HealthPlan

  public init(state: ServerState, endpoint: ServerEndpoint, plan: HealthPlan) {
    self.state = state
    self.endpoint = endpoint
    self.plan = plan
  }
}

/// Asks every server, again and again, whether it is well. Control loop.
public final class HealthChecker {
  private let events: HealthEvents
  private var checks: [ServerName: ServerCheck] = [:]
  private var chance: SplitMix64

  /// - Parameter seed: of the jitter.
  public init(events: HealthEvents, seed: UInt64) {
    self.events = events
    chance = SplitMix64(seed: seed)
  }

  /// From now on these servers are checked, and no others. What was found of a server is kept unless it moved.
  public func watch(_ plans: [CheckPlan], in loop: EventLoop) {
    var kept: [ServerName: ServerCheck] = [:]
    for plan in plans {
      let name = plan.state.name
      let before = checks[name]
      if let before, before.endpoint == plan.endpoint, before.plan == plan.plan, before.state === plan.state {
        kept[name] = before
        checks[name] = nil
        continue
      }
      let finding = before?.endpoint == plan.endpoint ? before?.finding : nil
      before?.stop(in: loop)
      checks[name] = nil
      let check = ServerCheck(plan, finding: finding ?? .unknown, events: events, chance: chance.next())
      check.start(in: loop)
      kept[name] = check
    }
    // Who is not checked any more is used as if never checked.
    for check in checks.values {
      check.stop(in: loop)
      check.state.set(.unknown, reason: "not checked", at: loop.now)
    }
    checks = kept
  }

  /// Ends all checks; what they found stays.
  public func close(in loop: EventLoop) {
    for check in checks.values { check.stop(in: loop) }
    checks = [:]
  }
}
