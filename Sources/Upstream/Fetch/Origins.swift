import EventLoop
import HTTP
import Time

/// What one worker has towards origins: the pools of its snapshot, and the connections that outlive it.
public final class Origins: FetchStarting {
  /// Attempts of one fetch, over all servers and addresses.
  static let attemptLimit = 16
  /// After it no further attempt is made.
  static let retryBudget = Nanoseconds.seconds(60)

  let loop: EventLoop
  let idle: IdleConnections

  /// - Parameter idleLimit: connections that are kept for one address.
  public init(loop: EventLoop, idleLimit: Int) {
    self.loop = loop
    idle = IdleConnections(limitPerAddress: idleLimit)
  }

  /// Takes the pools of a new snapshot; fetches under way go on with theirs.
  public func adopt(_ pools: [OriginPool]) {
    idle.close(except: Set(pools.flatMap { $0.currentAddresses() }), in: loop)
  }

  /// Ends what waits for a next request.
  public func closeIdle() { idle.close(in: loop) }

  /// A `pool` that the current snapshot has not is one without a server.
  public func start(
    _ request: inout OriginRequest, pool: OriginPool, reader: any FetchReader
  ) throws(UpstreamFailure) -> any Fetching {
    let fetch = Fetch(request, of: pool, reader: reader, origins: self)
    try fetch.start()
    return fetch
  }
}
