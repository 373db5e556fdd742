/// What the store says of itself; sums over shards that go on meanwhile.
public struct StoreFigures: Equatable, Sendable {
  public var objects = 0
  /// Octets that are stored, keys and tables included.
  public var octets = 0
  /// The bound of `octets`.
  public var octetsLimit = 0
  /// Answers from memory, so far.
  public var hits: UInt64 = 0
  /// Objects that were stored, so far.
  public var stored: UInt64 = 0
  /// Objects that had to make room, so far.
  public var evicted: UInt64 = 0
  /// Fills under way.
  public var fills = 0
  /// Octets that fills under way hold, beside `octets`.
  public var fillOctets = 0
  /// Readers of fills.
  public var readers = 0

  public init() {}
}
