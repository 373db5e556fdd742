/// How the end of a message's body is known (RFC 9112 §6.3).
public enum BodyFraming: Equatable, Sendable {
  /// No body follows.
  case none
  /// So many octets follow; at most `Int64.max`.
  case length(UInt64)
  /// Chunks follow (RFC 9112 §7.1).
  case chunked
  /// All that comes until the connection ends. Answers only.
  case untilClose

  /// Whether no octet follows.
  public var isEmpty: Bool { self == .none || self == .length(0) }
}
