import EventLoop
import TLS
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
  ///   - servers: at most `ServerSet.limit`.
  ///   - worker: the number of the one that uses it.
  public init(
    name: String, timeouts: ConnectionTimeouts, idleLimit: Int, servers: [ServerPlan], firstServer: Int, worker: Int
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

  /// Of connections to its servers, where they are now: others need not be kept.
  func currentKeys() -> [ConnectionKey] { servers.compactMap { $0.key() } }

  /// How its servers are spoken to that are not in cleartext.
  var secured: [ServerTLS] { servers.compactMap(\.tls) }

  /// Finds out whom its servers speak TLS with.
  ///
  /// - Parameter known: the worker's; `nil` where it can have no TLS.
  func adopt(_ known: KnownServers?) throws(TLSError) {
    for server in servers { try server.adopt(known) }
  }
}
