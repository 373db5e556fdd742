import Configuration
import EventLoop
import Proxy
import Telemetry
import Time
import Upstream

/// All that is told of a running Yett: metrics, status, windows of the last minutes. Control loop.
final class Reports: EventTenant {
  private let registries: Registries
  private let counters: ProcessCounters
  private let watch: OriginWatch
  private let tls: TLSWatch
  private let logQueue: LogQueue
  private let workers: Int
  private var windows: LatencyWindows
  private var snapshot: Snapshot
  private var token = EventToken.none
  /// Whether Yett is about to end.
  var isDraining = false
  /// What the cache says of itself; asked for each report.
  var cacheFigures: () -> CacheFigures?

  init(
    _ snapshot: Snapshot, registries: Registries, counters: ProcessCounters, watch: OriginWatch,
    tls: TLSWatch, logQueue: LogQueue, workers: Int, cacheFigures: @escaping () -> CacheFigures?,
    in loop: EventLoop
  ) {
    self.snapshot = snapshot
    (self.registries, self.counters, self.watch, self.logQueue) = (registries, counters, watch, logQueue)
    (self.tls, self.workers, self.cacheFigures) = (tls, workers, cacheFigures)
    windows = LatencyWindows(since: loop.now)
    token = loop.add(self)
    _ = loop.schedule(token, at: loop.now + LatencyWindows.interval)
  }

  /// Tells of this snapshot from now on.
  func adopt(_ snapshot: Snapshot) { self.snapshot = snapshot }

  func ready(_ readiness: Readiness, in loop: EventLoop) {}

  func timerFired(in loop: EventLoop) {
    windows.tick(now: loop.now, figures: registries.recorders.figures())
    _ = loop.schedule(token, at: loop.now + LatencyWindows.interval)
  }

  /// The page of `/metrics`.
  func metrics() -> [UInt8] {
    MetricsPage(
      routes: registries.recorders.figures(), listeners: registries.recorders.listenerFigures(),
      servers: servers(at: Instant.readClock()), cache: cacheFigures(), reloads: counters.reloads,
      process: process(withDescriptors: true), certificates: tls.figures,
      certificateChanges: tls.changes
    ).text()
  }

  /// - Returns: `nil` where no route has the name that the query gives.
  func status(_ query: StatusQuery, now: Instant, wall: WallTime) -> StatusReport? {
    let known = Set(
      snapshot.configuration.sites.flatMap { site in site.routes.map { RouteName(site: site.name, route: $0.name) } })
    let routes = windows.report(since: query.since, now: now, figures: registries.recorders.figures())
      .filter { query.includes(site: $0.name.site, route: $0.name.route) }
      // A route that is configured no more is counted until the next reload, and told of no more.
      .filter { known.contains($0.name) || query.route == nil && $0.name == .unrouted }
    guard query.route == nil || !routes.isEmpty else { return nil }
    return StatusReport(
      time: wall, routes: routes, servers: servers(at: now), listeners: registries.recorders.listenerFigures(),
      cache: cacheFigures(), reloads: counters.reloads, process: process(withDescriptors: false),
      certificates: tls.figures)
  }

  /// What `StatusQuery.route` may be.
  var routeNames: [String] {
    snapshot.configuration.sites.flatMap { site in site.routes.flatMap { [$0.name, "\(site.name)/\($0.name)"] } }
  }

  /// In the configuration's order.
  private func servers(at now: Instant) -> [ServerFigures] {
    zip(snapshot.configuration.pools, snapshot.pools).flatMap { pool, plan in
      zip(pool.servers, plan.servers).map { server, known in
        let state = known.state
        var figures = ServerFigures(pool: pool.name, name: server.name, address: "\(server.address)")
        figures.administrative = "\(state.operatorState)"
        figures.checked = "\(state.condition)"
        if case .excluded = state.eligibility(at: now) { figures.isEligible = false }
        figures.reason = state.reason(at: now)
        figures.changed = watch.changed[state.name]
        figures.active = UInt64(clamping: state.inFlight)
        (figures.requests, figures.failures) = state.attemptsSoFar
        (figures.checksPassed, figures.checksFailed) = state.checksSoFar
        return figures
      }
    }
  }

  private func process(withDescriptors: Bool) -> ProcessFigures {
    var figures = ProcessFigures(version: YettVersion.current, started: counters.started)
    figures.workers = UInt64(clamping: workers)
    figures.logLinesLost = logQueue.linesLost
    figures.residentOctets = ProcessFacts.residentOctets
    figures.cpu = ProcessFacts.cpu
    if withDescriptors { figures.openDescriptors = ProcessFacts.openDescriptors }
    return figures
  }
}

/// The version of this Yett.
public enum YettVersion {
  public static let current = "0.1.0"
}
