import Bytes

/// A request's head: offsets into the octets that were parsed, and what its fields mean for this hop. Filled by
/// `RequestHeadParser` or `RequestHeadDecoder`, which have refused what must be refused.
public struct RequestHead: ~Copyable {
  public internal(set) var method = Method.other
  /// The method as sent.
  public internal(set) var methodName = ByteRange()
  /// The request target as sent, of visible octets; `Target` reads it.
  public internal(set) var target = ByteRange()
  public internal(set) var version = Version.http11
  public internal(set) var fields = FieldTable()
  /// `none`, `length` or `chunked`.
  public internal(set) var framing = BodyFraming.none
  /// `Expect: 100-continue` of a request with a body (RFC 9110 §10.1.1); never over HTTP/1.0.
  public internal(set) var expectsContinue = false
  /// The value of the one valid `Host`. Empty where an HTTP/1.0 request has none.
  public internal(set) var host = ByteRange()
  /// What `host` came to; `nil` where there is none.
  public internal(set) var authority: Authority?
  public internal(set) var connection = ConnectionOptions()
  /// Octets of the whole head as it came: over HTTP/1 with empty lines before it and the empty line after it, over
  /// HTTP/2 those of its field block.
  public internal(set) var length = 0

  /// Empty, for a decoder to fill.
  public init() {}

  /// Whether the client lets the connection be used again (RFC 9112 §9.3).
  public var keepsAlive: Bool {
    !connection.closes && (version != .http10 || connection.keepsAlive)
  }

  /// Whether a field goes no further as it came: hop-by-hop fields, those that `Connection` names (RFC 9110 §7.6.1),
  /// and the framing fields, which the serialiser writes anew.
  ///
  /// - Parameters:
  ///   - slot: one of `fields`.
  ///   - octets: what was parsed.
  @inlinable public func isHopByHop(_ slot: FieldSlot, octets: Span<UInt8>) -> Bool {
    connection.removes(slot, of: fields, in: octets)
  }

  mutating func reset() {
    (method, methodName, target, version) = (.other, ByteRange(), ByteRange(), .http11)
    fields.removeAll()
    (framing, expectsContinue, host, length) = (.none, false, ByteRange(), 0)
    (connection, authority) = (ConnectionOptions(), nil)
  }
}
