import Time

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
