import Time

/// The last ten minutes of every route, so that a report can say "since a minute". Belongs to the control loop, which
/// calls `tick` every `interval`; what is kept is bounded by the number of routes.
///
/// Two minutes are kept as windows of one tick, what is older as windows of twelve: a report reaches back to the last
/// edge at or before the time that was asked for, and says how long that is.
public struct LatencyWindows: Sendable {
  /// Between two ticks.
  public static let interval = Nanoseconds.seconds(5)
  static let fineLimit = 24
  static let joined = 12
  static let coarseLimit = 8

  private struct Window {
    let start: Instant
    var end: Instant
    var deltas: [RouteName: RouteDelta]
  }

  /// Oldest first; the last `fineLimit` (and up to `joined` more) of one tick, those before of twelve.
  private var coarse: [Window] = []
  private var fine: [Window] = []
  /// What had been counted at the last tick.
  private var base: [RouteName: RouteFigures] = [:]
  private var lastTick: Instant

  /// - Parameter now: counts before it belong to no window.
  public init(since now: Instant, figures: [RouteFigures] = []) {
    lastTick = now
    base = Self.byName(figures)
  }

  /// Closes a window.
  ///
  /// - Parameter figures: `RecorderRegistry.figures()` of now.
  public mutating func tick(now: Instant, figures: [RouteFigures]) {
    guard now > lastTick else { return }
    var deltas: [RouteName: RouteDelta] = [:]
    for route in figures {
      let delta = route.since(base[route.name])
      if delta.exchanges > 0 { deltas[route.name] = RouteDelta(delta) }
    }
    fine.append(Window(start: lastTick, end: now, deltas: deltas))
    base = Self.byName(figures)
    lastTick = now
    if fine.count > Self.fineLimit + Self.joined { join(figures) }
  }

  /// How every route does, up to now.
  ///
  /// - Parameters:
  ///   - since: how far back; what is more than is kept means all that is kept.
  ///   - figures: `RecorderRegistry.figures()` of now.
  public func report(since: Nanoseconds, now: Instant, figures: [RouteFigures]) -> [RouteReport] {
    let edge = now + max(.zero, since) * -1
    let windows = (coarse + fine).filter { $0.end > edge }
    let start = windows.first?.start ?? lastTick
    let span = max(.zero, now - start)
    return figures.map { route in
      var window = route.since(base[route.name])
      for kept in windows {
        if let delta = kept.deltas[route.name] { window.add(delta) }
      }
      return RouteReport(window: window, whole: route, span: span)
    }
  }

  /// Makes one window of the oldest twelve.
  private mutating func join(_ figures: [RouteFigures]) {
    let oldest = fine.prefix(Self.joined)
    guard let first = oldest.first, let last = oldest.last else { return }
    var joined = Window(start: first.start, end: last.end, deltas: [:])
    for route in figures {
      var sum = route.emptied
      for window in oldest {
        if let delta = window.deltas[route.name] { sum.add(delta) }
      }
      if sum.exchanges > 0 { joined.deltas[route.name] = RouteDelta(sum) }
    }
    fine.removeFirst(oldest.count)
    coarse.append(joined)
    if coarse.count > Self.coarseLimit { coarse.removeFirst() }
  }

  private static func byName(_ figures: [RouteFigures]) -> [RouteName: RouteFigures] {
    Dictionary(figures.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
  }
}
