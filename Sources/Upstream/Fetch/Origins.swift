import EventLoop
import HTTP
import Time

/// What one worker has towards origins: the pools of its snapshot, and the connections that outlive it.
public final class Origins: FetchStarting {
  /// Fetches that are kept to be used again.
  private static let spareLimit = 64
  /// Octets of a head above which its storage is not kept.
  static let keptOctets = 16_384

  let loop: EventLoop
  let idle = IdleConnections()
  /// Taken out for each change and put back: a move needs no dynamic check of exclusivity, a change in place does.
  private var spares: [Fetch] = []

  public init(loop: EventLoop) { self.loop = loop }

  /// Takes the pools of a new snapshot, and closes what none of them would keep; fetches under way go on with theirs.
  public func adopt(_ pools: [OriginPool]) {
    var limits: [Address: Int] = [:]
    for pool in pools {
      for address in pool.currentAddresses() { limits[address] = max(limits[address] ?? 0, pool.idleLimit) }
    }
    idle.keep(limits, in: loop)
    // They hold the pools of the snapshot before.
    spares = []
  }

  /// Ends what waits for a next request.
  public func closeIdle() {
    idle.keep([:], in: loop)
    spares = []
  }

  /// A `pool` that the current snapshot has not is one without a server.
  public func start(
    _ request: inout OriginRequest, pool: OriginPool, reader: any FetchReader
  ) throws(UpstreamFailure) -> any Fetching {
    let fetch = takeSpare() ?? Fetch(in: self)
    try fetch.start(&request, of: pool, for: reader)
    return fetch
  }

  /// One that has ended and that nobody holds: whoever still has it may say so to it as late as he likes.
  private func takeSpare() -> Fetch? {
    var spares: [Fetch] = []
    swap(&spares, &self.spares)
    defer { swap(&spares, &self.spares) }
    while var spare = spares.popLast() {
      if isKnownUniquelyReferenced(&spare) { return spare }
    }
    return nil
  }

  /// Keeps one that has ended.
  func recycle(_ fetch: Fetch) {
    var spares: [Fetch] = []
    swap(&spares, &self.spares)
    defer { swap(&spares, &self.spares) }
    guard spares.count < Self.spareLimit else { return }
    fetch.trim()
    spares.append(fetch)
  }
}
