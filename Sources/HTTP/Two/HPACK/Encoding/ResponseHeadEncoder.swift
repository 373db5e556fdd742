import Bytes

/// Makes the field blocks of the answers over one HTTP/2 connection (RFC 7541, RFC 9113 §8.3.2). Without allocation,
/// but for what nghttp2 keeps of fields that are new to it. One thread.
///
/// What repeats goes into the dynamic table, and is an octet the next time. What differs from answer to answer is
/// written as a literal, without Huffman's code: that would save a quarter of few octets, and cost more than all the
/// rest (RFC 7541 §5.2 leaves the choice to the encoder).
public struct ResponseHeadEncoder: ~Copyable {
  /// Octets of the dynamic table at most, whatever the peer offers.
  public static let tableLimit = 4_096

  private var deflater = FieldDeflater(tableLimit: ResponseHeadEncoder.tableLimit)
  /// The next block begins with the table's new size (RFC 7541 §4.2).
  private var hasNewSize = false

  /// With an empty table.
  public init() {}

  /// The peer has set SETTINGS_HEADER_TABLE_SIZE (RFC 9113 §6.5.2): call it when the setting is acknowledged.
  ///
  /// - Parameter octets: as the peer says; no more than `tableLimit` is used.
  public mutating func setTableLimit(_ octets: UInt32) {
    hasNewSize = true
    deflater.setTableLimit(Int(min(octets, UInt32(Self.tableLimit))))
  }

  /// Appends the field block of an answer's head.
  ///
  /// - Parameters:
  ///   - status: 100 to 999.
  ///   - stored: fields of a stored response; may be empty.
  ///   - added: fields of this answer, behind them. Neither has `Content-Length` or fields of the connection.
  ///   - length: `content-length`; `nil` where no field says it.
  ///   - ownLimit: octets of what `own` appends at most.
  ///   - buffer: gets all of it or, with too little room for the longest that it could be, nothing.
  ///   - own: appends literals (`OutputSpan.append(literal:_:)`).
  /// - Throws: `noRoom`, and the encoder is as before; `coderFailed`, and the connection can send no more heads.
  @inlinable public mutating func response(
    status: UInt16, stored: borrowing FieldBlock, added: borrowing FieldBlock, length: UInt64? = nil,
    ownLimit: Int = 0, into buffer: inout Buffer, own: (inout OutputSpan<UInt8>) -> Void = { _ in }
  ) throws(WriteError) {
    guard ownLimit >= 0 else { throw .noRoom }
    try encode(status: status, stored: stored, added: added, length: length, leaving: ownLimit, into: &buffer)
    // The room is there: these octets belong to no table, and can be added by themselves.
    if ownLimit > 0 { buffer.append(addingUpTo: ownLimit, own) }
  }

  /// All but the own literals, and `leaving` octets free behind.
  @usableFromInline mutating func encode(
    status: UInt16, stored: borrowing FieldBlock, added: borrowing FieldBlock, length: UInt64?, leaving ownLimit: Int,
    into buffer: inout Buffer
  ) throws(WriteError) {
    guard status >= 100, status <= 999 else { throw .badStatus }
    guard stored.names.union(added.names).isDisjoint(with: Self.reserved) else { throw .reservedField }
    let limit = FieldWriter.octetLimit(of: stored) &+ FieldWriter.octetLimit(of: added) &+ Self.slack
    guard buffer.room >= limit, buffer.room &- limit >= ownLimit else { throw .noRoom }
    let hasNewSize = hasNewSize
    self.hasNewSize = false
    try unsafe buffer.fill { (free, room) throws(WriteError) in
      var writer = unsafe FieldWriter(free.assumingMemoryBound(to: UInt8.self), room: room)
      if hasNewSize { try writer.writeTableSize(deflater) }
      try writer.write(status: status)
      try writer.write(stored.octets.span, stored.slots.span, by: &deflater)
      try writer.write(added.octets.span, added.slots.span, by: &deflater)
      if let length { try writer.write(length: length) }
      return writer.count
    }
  }

  /// Appends the field block of an interim head (RFC 9110 §15.2).
  ///
  /// - Parameter status: 100 to 199.
  /// - Throws: as for an answer.
  public mutating func interim(
    status: UInt16, fields: borrowing FieldBlock, into buffer: inout Buffer
  ) throws(WriteError) {
    guard status >= 100, status <= 199 else { throw .badStatus }
    try encode(status: status, stored: FieldBlock(), added: fields, length: nil, leaving: 0, into: &buffer)
  }

  /// RFC 9113 §8.2.2; and the length, which is said once.
  private static let reserved: FieldNames = [
    .connection, .keepAlive, .proxyConnection, .transferEncoding, .upgrade, .te, .contentLength,
  ]
  /// Octets of new table sizes, status and length.
  private static let slack = 64
}
