import Bytes
import EventLoop
import TLS
import Time

/// What is to be checked.
public struct CheckPlan {
  public let state: ServerState
  public let endpoint: ServerEndpoint
  /// `nil`: in cleartext.
  public let tls: ServerTLS?
  public let plan: HealthPlan

  public init(state: ServerState, endpoint: ServerEndpoint, tls: ServerTLS? = nil, plan: HealthPlan) {
    self.state = state
    self.endpoint = endpoint
    self.tls = tls
    self.plan = plan
  }
}

/// Asks every server, again and again, whether it is well. Control loop.
public final class HealthChecker {
  private let events: HealthEvents
  private var checks: [ServerName: ServerCheck] = [:]
  private var chance: SplitMix64
  /// The control loop's own, made when a plan needs them.
  private var servers: KnownServers?

  /// - Parameter seed: of the jitter.
  public init(events: HealthEvents, seed: UInt64) {
    self.events = events
    chance = SplitMix64(seed: seed)
  }

  /// From now on these servers are checked, and no others. What was found of a server is kept unless it moved, or is
  /// spoken to in another way.
  ///
  /// - Throws: servers with which there can be no TLS are not found out about.
  public func watch(_ plans: [CheckPlan], in loop: EventLoop) throws(TLSError) {
    var failure: TLSError?
    var kept: [ServerName: ServerCheck] = [:]
    for plan in plans {
      let name = plan.state.name
      let before = checks[name]
      let isSame = before.map { $0.endpoint == plan.endpoint && $0.tls == plan.tls } ?? false
      if let before, isSame, before.plan == plan.plan, before.state === plan.state {
        kept[name] = before
        checks[name] = nil
        continue
      }
      let finding = isSame ? before?.finding : nil
      before?.stop(in: loop)
      checks[name] = nil
      var server: KnownServer?
      do throws(TLSError) { server = try known(plan.tls) } catch { failure = failure ?? error }
      let check = ServerCheck(plan, with: server, finding: finding ?? .unknown, events: events, chance: chance.next())
      check.start(in: loop)
      kept[name] = check
    }
    // Who is not checked any more is used as if never checked.
    for check in checks.values {
      check.stop(in: loop)
      check.state.set(.unknown, reason: "not checked", at: loop.now)
    }
    checks = kept
    servers?.keep(only: Set(plans.compactMap(\.tls)))
    if let failure { throw failure }
  }

  private func known(_ tls: ServerTLS?) throws(TLSError) -> KnownServer? {
    guard let tls else { return nil }
    let servers = if let known = self.servers { known } else { KnownServers(in: try TLSLibrary()) }
    self.servers = servers
    return try servers.server(tls)
  }

  /// Ends all checks; what they found stays.
  public func close(in loop: EventLoop) {
    for check in checks.values { check.stop(in: loop) }
    checks = [:]
  }
}
