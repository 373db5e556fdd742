import TLS

/// A server of a pool as a snapshot has it. What is known of it outlives the snapshot.
public struct ServerPlan: Sendable {
  /// Shared by all threads.
  public let state: ServerState
  /// Its share beside the others' weights, 1...256.
  public let weight: Int
  /// `nil`: it is spoken to in cleartext.
  public let tls: ServerTLS?

  public init(state: ServerState, weight: Int = 1, tls: ServerTLS? = nil) {
    (self.state, self.weight, self.tls) = (state, weight, tls)
  }
}
