import Time

/// What a client's HTTP/2 connection may take.
public struct HTTP2Limits: Sendable, Equatable {
  /// Streams that are open, or whose work was not let go of yet, 1 to 128.
  public var streams = 128
  public var head = HeadLimits()
  /// Octets of a field block as it is sent, in its HEADERS and CONTINUATION frames together.
  public var fieldBlock = 65_536
  /// CONTINUATION frames of one field block.
  public var continuations = 16
  /// Octets of bodies that a connection may send ahead of their readers, of all its streams.
  public var connectionWindow = 1_048_576
  /// The same of one stream at first, which RFC 9113 §6.9.2 sets, and at most, when its reader keeps up.
  public static let streamWindow = 65_535
  public var largestStreamWindow = 524_288

  public init() {}
}
