import Time

/// What a pool says of one of its servers. Three states are three values; `isEligible` follows from them.
public struct ServerFigures: Equatable, Sendable {
  public var pool: String
  public var name: String
  public var address: String
  /// What an operator said: `ready`, `drain`, `maintenance`.
  public var administrative = "ready"
  /// What checks found: `unknown`, `up`, `down`.
  public var checked = "unknown"
  public var isEligible = true
  /// Of the last change, in words; empty where there was none.
  public var reason = ""
  /// Of the last change.
  public var changed: WallTime?
  /// Requests that are with the server now.
  public var active: UInt64 = 0
  /// Attempts, so far.
  public var requests: UInt64 = 0
  /// Attempts without a whole answer, so far.
  public var failures: UInt64 = 0
  public var checksPassed: UInt64 = 0
  public var checksFailed: UInt64 = 0

  public init(pool: String, name: String, address: String) {
    self.pool = pool
    self.name = name
    self.address = address
  }
}
