import Bytes

/// An answer's head: offsets into the octets that were parsed, and what its fields mean for this hop. Filled by
/// `ResponseHeadParser`, which has refused what must be refused.
public struct ResponseHead: ~Copyable {
  /// 100 to 599.
  public internal(set) var status: UInt16 = 0
  public internal(set) var version = Version.http11
  public internal(set) var fields = FieldTable()
  /// What follows on the connection; `none` for an answer to HEAD, 1xx, 204 and 304 (RFC 9112 §6.3).
  public internal(set) var framing = BodyFraming.none
  /// `Content-Length` as it came, which an answer to HEAD and a 304 have without a body.
  public internal(set) var declaredLength: UInt64?
  public internal(set) var connection = ConnectionOptions()
  /// Octets of the whole head, with the empty line after it.
  public internal(set) var length = 0

  init() {}

  public var isInterim: Bool { status < 200 }

  /// Whether the server lets the connection be used again (RFC 9112 §9.3).
  public var keepsAlive: Bool {
    !connection.closes && framing != .untilClose && (version == .http11 || connection.keepsAlive)
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
    (status, version) = (0, .http11)
    fields.removeAll()
    (framing, declaredLength, length) = (.none, nil, 0)
    connection = ConnectionOptions()
  }
}
