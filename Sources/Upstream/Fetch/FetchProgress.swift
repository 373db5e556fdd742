import Time

/// The stages of a fetch, for the record of the request that needed it.
public struct FetchProgress: Sendable, Equatable {
  /// The last server that was tried: its index in the snapshot's list of all servers; `nil` before the first.
  public var server: Int?
  public var attempts = 0
  public var began = Instant.never
  /// A connection was there: a new one, or one that waited.
  public var connected = Instant.never
  /// The last octet of the request was given to the kernel.
  public var sent = Instant.never
  /// The first octet of the answer was read.
  public var head = Instant.never

  public init() {}
}
