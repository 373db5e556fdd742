import EventLoop
import Time

/// One pool as one worker uses it: whom to ask next, where that server is, and how long it may take. Made anew with
/// each snapshot; what is known of the servers outlives it.
public final class OriginPool {
  public let name: String
  public let timeouts: ConnectionTimeouts
  /// Connections that are kept for a next request, for each address. 0: none is kept, and none of another pool's used.
  public let idleLimit: Int
  /// Of its first server in the snapshot's list of all servers.
  let firstServer: Int
  private let servers: [PoolServer]
  private var balancer: Balancer

  /// - Parameters:
  ///   - idleLimit: 0 or more.
  ///   - servers: with their weights, 1...256; at most `ServerSet.limit`.
  ///   - worker: the number of the one that uses it.
  public init(
    name: String, timeouts: ConnectionTimeouts, idleLimit: Int, servers: [(state: ServerState, weight: Int)],
    firstServer: Int, worker: Int
  ) {
    self.name = name
    self.timeouts = timeouts
    self.idleLimit = idleLimit
    self.firstServer = firstServer
    let balancer = Balancer(servers: servers, worker: worker)
    self.servers = balancer.servers
    self.balancer = balancer
  }

  /// A server that was not tried yet, and where its connections wait.
  func pick(
    excluding tried: inout ServerSet, at now: Instant, in idle: IdleConnections
  ) -> (server: PoolServer, stack: IdleStack)? {
    while let index = balancer.pick(excluding: tried, at: now) {
      let server = servers[index]
      if let stack = server.stack(in: idle) { return (server, stack) }
      tried.insert(index)
    }
    return nil
  }

  /// How many servers `pick` could still name.
  func remaining(excluding tried: ServerSet, at now: Instant) -> Int {
    balancer.remaining(excluding: tried, at: now)
  }

  /// Where its servers are now: connections to other places need not be kept.
  func currentAddresses() -> [Address] { servers.compactMap { $0.address() } }
}
