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
