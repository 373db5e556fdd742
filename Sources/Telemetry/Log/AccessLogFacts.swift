import Bytes

/// The octets of an exchange that its log line shows and its record has no room for: borrowed for the one call.
public struct AccessLogFacts: ~Escapable {
  /// The request's id; letters and digits of ours.
  public let id: Span<UInt8>
  /// One of ours.
  public let method: StaticString
  /// As the target has it: lower-case, without default port.
  public let host: Span<UInt8>
  public let path: Span<UInt8>
  /// Without the question mark; empty where there is none.
  public let query: Span<UInt8>

  @_lifetime(copy id, copy host, copy path, copy query)
  @inlinable public init(
    id: Span<UInt8>, method: StaticString, host: Span<UInt8>, path: Span<UInt8>, query: Span<UInt8>
  ) {
    self.id = id
    self.method = method
    self.host = host
    self.path = path
    self.query = query
  }
}
