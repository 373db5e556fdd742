import Time

/// What names a route: unique in a configuration, and what recorders are kept under.
public struct RouteName: Hashable, Sendable {
  public let site: String
  public let route: String

  public init(site: String, route: String) {
    self.site = site
    self.route = route
  }

  /// Under which requests are counted that no route matched (421, 404). No configuration can use the name.
  public static let unrouted = RouteName(site: "-", route: "-")
}

/// All that was counted of one route by all workers, at some moment.
public struct RouteFigures: Equatable, Sendable {
  public let name: RouteName
  public let target: LatencyTarget?
  /// Another one means that all counts began anew.
  let epoch: UInt64
  /// Another one means that the counts of verdicts began anew.
  let targetEpoch: UInt64

  /// Of every exchange whose answer's head was sent.
  public internal(set) var firstByte = HistogramSnapshot()
  /// Of every exchange whose answer was sent whole.
  public internal(set) var total = HistogramSnapshot()
  public internal(set) var octetsIn: UInt64 = 0
  public internal(set) var octetsOut: UInt64 = 0
  var requests = [UInt64](repeating: 0, count: 30)
  var endings = [UInt64](repeating: 0, count: 6)
  var verdicts = [UInt64](repeating: 0, count: 4)

  init(name: RouteName, target: LatencyTarget? = nil, epoch: UInt64 = 0, targetEpoch: UInt64 = 0) {
    self.name = name
    self.target = target
    self.epoch = epoch
    self.targetEpoch = targetEpoch
  }

  /// The place of a pair in `requests`: below 30.
  static func index(_ status: StatusClass, _ cache: CacheResult) -> Int {
    Int(status.rawValue) * 5 + Int(cache.rawValue)
  }

  public func count(_ status: StatusClass, _ cache: CacheResult) -> UInt64 { requests[Self.index(status, cache)] }
  public func count(_ status: StatusClass) -> UInt64 { CacheResult.allCases.reduce(0) { $0 &+ count(status, $1) } }
  public func count(_ cache: CacheResult) -> UInt64 { StatusClass.allCases.reduce(0) { $0 &+ count($1, cache) } }
  public func count(_ ending: Ending) -> UInt64 { endings[Int(ending.rawValue)] }
  /// What requests counted for against `target`; all 0 where there is none.
  public func count(_ verdict: Verdict) -> UInt64 { verdicts[Int(verdict.rawValue)] }

  /// Exchanges that ended.
  public var exchanges: UInt64 { requests.reduce(0, &+) }

  /// Adds the counts of `other`, whatever its name.
  mutating func add(_ other: RouteFigures) {
    firstByte = firstByte + other.firstByte
    total = total + other.total
    octetsIn &+= other.octetsIn
    octetsOut &+= other.octetsOut
    for index in requests.indices { requests[index] &+= other.requests[index] }
    for index in endings.indices { endings[index] &+= other.endings[index] }
    for index in verdicts.indices { verdicts[index] &+= other.verdicts[index] }
  }
}
