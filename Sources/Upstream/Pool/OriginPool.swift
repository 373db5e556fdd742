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
  private let counters: [RequestCounters]
  private var choice: Choice

  /// Whom to ask, and where: one struct for one check of exclusivity.
  private struct Choice: ~Copyable {
    var balancer: Balancer
    var places: [ServerPlace]

    mutating func pick(
      excluding tried: inout ServerSet, at now: Instant, in idle: IdleConnections
    ) -> (server: Int, stack: IdleStack)? {
      while let server = balancer.pick(excluding: tried, at: now) {
        if let stack = places[server].stack(in: idle) { return (server, stack) }
        tried.insert(server)
      }
      return nil
    }
  }

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
    counters = balancer.servers.map { $0.counters(of: worker) }
    let places = balancer.servers.map { ServerPlace($0) }
    choice = Choice(balancer: balancer, places: places)
  }

  /// A server that was not tried yet, and where its connections wait.
  func pick(
    excluding tried: inout ServerSet, at now: Instant, in idle: IdleConnections
  ) -> (server: Int, stack: IdleStack)? { choice.pick(excluding: &tried, at: now, in: idle) }

  /// How many servers `pick` could still name.
  func remaining(excluding tried: ServerSet, at now: Instant) -> Int {
    choice.balancer.remaining(excluding: tried, at: now)
  }

  func state(of server: Int) -> ServerState { choice.places[server].state }

  /// What this worker counts of a server.
  func counters(of server: Int) -> RequestCounters { counters[server] }

  /// - Returns: whether the server has another address.
  func turnAway(from address: Address, of server: Int) -> Bool {
    choice.places[server].view.turnAway(from: address)
  }

  /// Where its servers are now: connections to other places need not be kept.
  func currentAddresses() -> [Address] {
    choice.places.indices.compactMap { choice.places[$0].address() }
  }
}

/// Where one server is, and where its connections wait.
private struct ServerPlace {
  let state: ServerState
  var view = AddressView()
  private var stack: IdleStack?
  /// Of the address that the stack is for.
  private var revision: UInt32 = 0

  init(_ state: ServerState) { self.state = state }

  mutating func address() -> Address? { view.current(of: state) }

  /// `nil` while its name does not resolve. Looks the stack up when the address is another one.
  mutating func stack(in idle: IdleConnections) -> IdleStack? {
    let address = view.revision(of: state)
    if address != revision {
      revision = address
      stack = view.address.map { idle.stack(of: $0) }
    }
    return stack
  }
}
