import Configuration
import EventLoop
import Logging
import Proxy
import TLS
import Time
import Upstream

/// What the control loop does for the servers of all pools: it finds their addresses, checks their health and tells
/// of each change once.
final class OriginWatch: EventTenant {
  private let logger: Logger
  private var resolver: Resolver?
  private var checker: HealthChecker?
  private var events: HealthEvents?
  /// When each server changed last, if it did.
  private(set) var changed: [ServerName: WallTime] = [:]

  init(logger: Logger) { self.logger = logger }

  /// Watches the servers of a snapshot from now on.
  func adopt(_ snapshot: Snapshot, in loop: EventLoop) {
    let events = self.events ?? HealthEvents(reader: loop.add(self))
    let resolver = self.resolver ?? Resolver(events: events, in: loop)
    let checker = self.checker ?? HealthChecker(events: events, seed: .random(in: 0 ... .max))
    (self.events, self.resolver, self.checker) = (events, resolver, checker)
    var places: [(state: ServerState, endpoint: ServerEndpoint)] = []
    var checks: [CheckPlan] = []
    for (pool, compiled) in zip(snapshot.configuration.pools, snapshot.pools) {
      let health = pool.health.flatMap { plan(of: $0, in: pool) }
      for (server, known) in zip(pool.servers, compiled.servers) {
        let endpoint = endpoint(of: server)
        places.append((known.state, endpoint))
        if let health {
          checks.append(CheckPlan(state: known.state, endpoint: endpoint, tls: known.tls, plan: health))
        }
      }
    }
    resolver.watch(places, in: loop)
    do throws(TLSError) { try checker.watch(checks, in: loop) } catch { logger.error("health checks: \(error)") }
    let names = Set(places.map(\.state.name))
    changed = changed.filter { names.contains($0.key) }
  }

  func ready(_ readiness: Readiness, in loop: EventLoop) {}

  func turn(in loop: EventLoop) {
    for change in events?.take() ?? [] {
      logger.notice("\(change)")
      if change.from != change.to { changed[change.server] = loop.wall }
    }
  }

  private func plan(of health: HealthConfiguration, in pool: PoolConfiguration) -> HealthPlan? {
    // What a server is called in its certificate, it is called in `Host`: some serve nobody else (RFC 9110 §7.4).
    let name = pool.tls?.name.map { $0.utf8.contains(0x3A) ? "[\($0)]" : $0 }
    do throws(HealthPlanError) {
      return try HealthPlan(
        path: health.path, host: health.host ?? name, interval: Nanoseconds(health.interval),
        timeout: Nanoseconds(health.timeout), rise: health.rise, fall: health.fall)
    } catch {
      logger.error("\(error)")
      return nil
    }
  }

  private func endpoint(of server: ServerConfiguration) -> ServerEndpoint {
    switch server.address {
    case .tcp(let host, let port): ServerEndpoint(host: host, port: UInt16(clamping: port))
    case .unix(let path): .address(.unix(path: path))
    }
  }
}
