import Synchronization

/// The recorders of all routes, workers and listeners, by name: they outlive snapshots, so a reload loses no count.
/// Any thread; its lock is held for a look-up, never while counts are read.
///
/// A route that is in no configuration any more stays until a second `keep` without it (the exchanges that began under
/// the first have ended by then, and a scrape has seen their counts); so recorders are bounded by two configurations.
public final class RecorderRegistry: Sendable {
  private struct Entry {
    let order: UInt64
    var target: LatencyTarget?
    var targetEpoch: UInt64
    /// By worker.
    var series: [Int: RouteSeries] = [:]
    /// By worker; those of an older target are gone.
    var recorders: [Int: RouteRecorder] = [:]
    var absences = 0
  }

  private struct State {
    var routes: [RouteName: Entry] = [:]
    /// By listener, then by worker.
    var listeners: [String: [Int: ListenerCounters]] = [:]
    var epoch: UInt64 = 0

    mutating func nextEpoch() -> UInt64 {
      epoch &+= 1
      return epoch
    }
  }

  private let state = Mutex(State())

  public init() {}

  /// The recorder for a worker's snapshot: the one that the worker had under that name, as long as the target is the
  /// same. Another target begins the counts against it anew (for all workers) and keeps every other.
  public func recorder(site: String, route: String, target: LatencyTarget?, worker: Int) -> RouteRecorder {
    state.withLock { state in
      let name = RouteName(site: site, route: route)
      let known = state.routes[name]
      var entry = known ?? Entry(order: state.nextEpoch(), target: target, targetEpoch: 0)
      if entry.target != target {
        (entry.target, entry.targetEpoch) = (target, state.nextEpoch())
        entry.recorders = [:]
      }
      entry.absences = 0
      defer { state.routes[name] = entry }
      if let recorder = entry.recorders[worker] { return recorder }
      let series = entry.series[worker] ?? RouteSeries()
      let recorder = RouteRecorder(site: site, route: route, target: target, series: series)
      entry.series[worker] = series
      entry.recorders[worker] = recorder
      return recorder
    }
  }

  /// The recorder for requests that no route matched.
  public func unrouted(worker: Int) -> RouteRecorder {
    recorder(site: RouteName.unrouted.site, route: RouteName.unrouted.route, target: nil, worker: worker)
  }

  /// The counters of a listener on a worker; the same ones for the same name.
  public func listener(_ name: String, worker: Int) -> ListenerCounters {
    state.withLock { state in
      if let known = state.listeners[name]?[worker] { return known }
      let counters = ListenerCounters()
      state.listeners[name, default: [:]][worker] = counters
      return counters
    }
  }

  /// Call once for every snapshot that was taken, with all its names: forgets routes that are missing for the second
  /// time in a row, and listeners that are missing.
  public func keep(routes: Set<RouteName>, listeners: Set<String>) {
    state.withLock { state in
      for name in Array(state.routes.keys) where name != .unrouted {
        if routes.contains(name) { state.routes[name]?.absences = 0 } else { state.routes[name]?.absences += 1 }
      }
      state.routes = state.routes.filter { $0.value.absences < 2 }
      state.listeners = state.listeners.filter { listeners.contains($0.key) }
    }
  }

  /// What all workers counted so far, in the order in which routes first appeared. Reads every bucket of
  /// every worker: for the control loop, not for a worker.
  public func figures() -> [RouteFigures] {
    let routes = state.withLock { $0.routes }
    return routes.sorted { $0.value.order < $1.value.order }.map { name, entry in
      var figures = RouteFigures(
        name: name, target: entry.target, epoch: entry.order, targetEpoch: entry.targetEpoch)
      for series in entry.series.values { series.add(to: &figures) }
      for recorder in entry.recorders.values { recorder.add(to: &figures) }
      return figures
    }
  }

  /// What all workers counted of the listeners so far, by name.
  public func listenerFigures() -> [ListenerFigures] {
    let listeners = state.withLock { $0.listeners }
    return listeners.sorted { $0.key < $1.key }.map { name, counters in
      var figures = ListenerFigures(name: name)
      for counters in counters.values { counters.add(to: &figures) }
      return figures
    }
  }
}
