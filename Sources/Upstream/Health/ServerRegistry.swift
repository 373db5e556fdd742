import Synchronization

/// A server's name: unique in its pool. What is known of a server is kept under it across reloads.
public struct ServerName: Hashable, Comparable, Sendable, CustomStringConvertible {
  public let pool: String
  public let server: String

  public init(pool: String, server: String) {
    self.pool = pool
    self.server = server
  }

  public var description: String { "\(pool)/\(server)" }

  /// By pool, then by server, octet by octet: the order of lists for people.
  public static func < (left: ServerName, right: ServerName) -> Bool {
    left.pool == right.pool ? left.server < right.server : left.pool < right.pool
  }
}

/// All servers by name. It outlives snapshots, so that a reload carries over what was found. Any thread.
public final class ServerRegistry: Sendable {
  private let states = Mutex<[ServerName: ServerState]>([:])

  public init() {}

  /// The server of that name, made where there is none.
  public func state(of name: ServerName) -> ServerState {
    states.withLock { states in
      if let known = states[name] { return known }
      let state = ServerState(name: name)
      states[name] = state
      return state
    }
  }

  /// The server of that name, if there is one: for what an operator typed.
  public func find(_ name: ServerName) -> ServerState? { states.withLock { $0[name] } }

  /// Drops servers that are not configured any more. Who still uses one keeps it until then.
  public func keep(only names: Set<ServerName>) {
    states.withLock { states in states = states.filter { names.contains($0.key) } }
  }

  /// In order of their names.
  public func all() -> [ServerState] {
    states.withLock { Array($0.values) }.sorted { $0.name < $1.name }
  }
}
