import Time

/// One worker's choice among the servers of one pool.
public struct Balancer: ~Copyable {
  let servers: [PoolServer]
  private var rotation: RoundRobin

  /// - Parameters:
  ///   - servers: at most `ServerSet.limit`.
  ///   - worker: the number of the one that chooses, so that not all begin at the same server.
  public init(servers: [ServerPlan], worker: Int) {
    self.servers = servers.prefix(ServerSet.limit).enumerated().map { index, server in
      PoolServer(server, index: index, worker: worker)
    }
    rotation = RoundRobin(weights: servers.map(\.weight), offset: worker)
  }

  /// The index of a server that was not tried yet: an eligible one, else one of the last resort; `nil` when none is
  /// left. Reads the servers' atomics; no lock, no allocation.
  public mutating func pick(excluding tried: ServerSet = [], at now: Instant) -> Int? {
    let candidates = candidates(excluding: tried, at: now)
    return rotation.next(among: candidates.eligible.isEmpty ? candidates.lastResort : candidates.eligible)
  }

  /// How many servers `pick` could still choose: what `RetryDecision` calls untried.
  public func remaining(excluding tried: ServerSet, at now: Instant) -> Int {
    let candidates = candidates(excluding: tried, at: now)
    return candidates.eligible.count + candidates.lastResort.count
  }

  private func candidates(
    excluding tried: ServerSet, at now: Instant
  ) -> (eligible: ServerSet, lastResort: ServerSet) {
    var eligible = ServerSet()
    var lastResort = ServerSet()
    for index in servers.indices where !tried.contains(index) {
      switch servers[index].eligibility(at: now) {
      case .eligible: eligible.insert(index)
      case .lastResort: lastResort.insert(index)
      case .excluded: break
      }
    }
    return (eligible, lastResort)
  }
}
