import EventLoop
import Time

/// One pool as one worker uses it: whom to ask next, where that server is, and how long it may take. Made anew with
/// each snapshot; what is known of the servers outlives it.
public final class OriginPool {
  public let name: String
  public let timeouts: ConnectionTimeouts
  /// Of its first server in the snapshot's list of all servers.
  let firstServer: Int
  private var balancer: Balancer
  private var addresses: [AddressView]

  public init(
    name: String, timeouts: ConnectionTimeouts, servers: [(state: ServerState, weight: Int)], firstServer: Int,
    worker: Int
  ) {
    self.name = name
    self.timeouts = timeouts
    self.firstServer = firstServer
    balancer = Balancer(servers: servers, worker: worker)
    addresses = Array(repeating: AddressView(), count: balancer.servers.count)
  }

  /// A server that was not tried yet, and where it is.
  func pick(excluding tried: inout ServerSet, at now: Instant) -> (server: Int, address: Address)? {
    while let server = balancer.pick(excluding: tried, at: now) {
      if let address = addresses[server].current(of: balancer.servers[server]) { return (server, address) }
      tried.insert(server)
    }
    return nil
  }

  /// How many servers `pick` could still name.
  func remaining(excluding tried: ServerSet, at now: Instant) -> Int {
    balancer.remaining(excluding: tried, at: now)
  }

  func state(of server: Int) -> ServerState { balancer.servers[server] }

  /// - Returns: whether the server has another address.
  func turnAway(from address: Address, of server: Int) -> Bool { addresses[server].turnAway(from: address) }

  /// Where its servers are now: connections to other places need not be kept.
  public func currentAddresses() -> [Address] {
    var all: [Address] = []
    for index in addresses.indices {
      if let address = addresses[index].current(of: balancer.servers[index]) { all.append(address) }
    }
    return all
  }
}
