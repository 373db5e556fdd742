import Time

/// What the cache says of itself.
public struct CacheFigures: Equatable, Sendable {
  public var objects: UInt64 = 0
  public var octets: UInt64 = 0
  /// The bound of `octets`.
  public var octetsLimit: UInt64 = 0
  /// Objects that were stored, so far.
  public var stored: UInt64 = 0
  /// Objects that had to make room, so far.
  public var evicted: UInt64 = 0
  /// Fills under way.
  public var fills: UInt64 = 0
  /// Readers that wait for a fill's head.
  public var waiters: UInt64 = 0

  public init() {}
}

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
  /// Connections that wait for a request.
  public var idle: UInt64 = 0
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

/// What the process says of itself.
public struct ProcessFigures: Equatable, Sendable {
  public var version: String
  public var started: WallTime
  public var workers: UInt64 = 0
  public var logLinesLost: UInt64 = 0
  /// Octets; `nil` where the system does not tell.
  public var residentOctets: UInt64?
  public var openDescriptors: UInt64?
  /// User and system time of all threads.
  public var cpu: Nanoseconds?

  public init(version: String, started: WallTime) {
    self.version = version
    self.started = started
  }
}
