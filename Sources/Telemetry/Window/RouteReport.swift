import Time

/// How one route does: over a window, and against its target since that was set.
public struct RouteReport: Equatable, Sendable {
  public let name: RouteName
  /// What happened in the window.
  public let window: RouteFigures
  /// How long the window is.
  public let span: Nanoseconds
  /// `nil` for a route that promises nothing.
  public let target: TargetReport?

  /// - Parameters:
  ///   - window: what happened in `span`.
  ///   - whole: what happened since the target was set.
  init(window: RouteFigures, whole: RouteFigures, span: Nanoseconds) {
    name = window.name
    self.window = window
    self.span = span
    target = window.target.map { TargetReport(target: $0, window: window, whole: whole) }
  }

  /// Of the latency that the target measures; time to first byte where there is no target.
  public var latency: HistogramSnapshot {
    switch target?.target.measure ?? .firstByte {
    case .firstByte: window.firstByte
    case .total: window.total
    }
  }

  /// Exchanges a second.
  public var rate: Double { span > .zero ? Double(window.exchanges) * 1_000_000_000 / Double(span.count) : 0 }
  /// 5xx among the answers, 0 to 1; `nil` where there were none.
  public var errorRatio: Double? {
    let answers = window.exchanges - min(window.count(.none as StatusClass), window.exchanges)
    return answers > 0 ? Double(window.count(.serverError)) / Double(answers) : nil
  }
  /// Hits among what the cache was asked for, 0 to 1; `nil` where it was asked for nothing.
  public var hitRatio: Double? {
    let asked = window.exchanges - min(window.count(.none as CacheResult), window.exchanges)
    return asked > 0 ? Double(window.count(.hit)) / Double(asked) : nil
  }
}

/// How a route stands to what it promises. Two objectives, each over the window and since the target was set.
public struct TargetReport: Equatable, Sendable {
  public let target: LatencyTarget
  public let availability: Objective
  public let latency: Objective
  /// Since the target was set (or the process began).
  public let availabilityInAll: Objective
  public let latencyInAll: Objective

  init(target: LatencyTarget, window: RouteFigures, whole: RouteFigures) {
    self.target = target
    availability = .availability(window, target)
    latency = .latency(window, target)
    availabilityInAll = .availability(whole, target)
    latencyInAll = .latency(whole, target)
  }

  /// Whether both objectives were met in the window; `nil` where nothing was counted.
  public var isMet: Bool? {
    guard let available = availability.isMet else { return nil }
    // All unavailable: nothing to time, and the promise broken all the same.
    return available && latency.isMet ?? true
  }
}

/// A part of requests that must be good, and how many were.
public struct Objective: Equatable, Sendable {
  public let good: UInt64
  public let bad: UInt64
  /// 0 to 1: the part that is promised to be good.
  public let promised: Double

  public init(good: UInt64, bad: UInt64, promised: Double) {
    self.good = good
    self.bad = bad
    self.promised = promised.isFinite ? max(0, min(promised, 1)) : 1
  }

  static func availability(_ figures: RouteFigures, _ target: LatencyTarget) -> Objective {
    Objective(
      good: figures.count(.inTime) &+ figures.count(.late), bad: figures.count(.unavailable),
      promised: target.availability)
  }

  static func latency(_ figures: RouteFigures, _ target: LatencyTarget) -> Objective {
    Objective(good: figures.count(.inTime), bad: figures.count(.late), promised: target.percentile / 100)
  }

  public var count: UInt64 { good &+ bad }
  /// 0 to 1; `nil` where nothing was counted.
  public var ratio: Double? { count > 0 ? Double(good) / Double(count) : nil }
  /// `nil` where nothing was counted.
  public var isMet: Bool? { budgetLeft.map { $0 >= 0 } }

  /// The part of the error budget that is left: 1 when nothing was bad, 0 when just as many were as the promise allows,
  /// negative beyond; -1 where none was allowed. `nil` where nothing was counted.
  public var budgetLeft: Double? {
    guard count > 0 else { return nil }
    guard bad > 0 else { return 1 }
    let allowed = (1 - promised) * Double(count)
    // 1 - 0.95 is a little more than 0.05: what is within a billionth of the promise keeps it.
    let left = allowed > 1e-9 ? 1 - Double(bad) / allowed : -1
    return abs(left) < 1e-9 ? 0 : left
  }
}
