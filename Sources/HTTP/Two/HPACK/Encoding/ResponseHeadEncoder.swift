import Bytes
import CNghttp2

/// Makes the field blocks of the answers over one HTTP/2 connection (RFC 7541, RFC 9113 §8.3.2). Without allocation, but
/// for what nghttp2 keeps of the fields that repeat. One thread.
///
/// What repeats is nghttp2's: it goes into the dynamic table, and is an octet the next time. What differs from answer to
/// answer is written here as a literal, without Huffman's code: that would save a quarter of few octets, and cost more
/// than all the rest (RFC 7541 §6.2.2 leaves the choice to the encoder).
@safe public struct ResponseHeadEncoder: ~Copyable {
  /// Octets of the dynamic table at most, whatever the peer offers.
  public static let tableLimit = 4_096

  /// `nil` where there is no memory for it.
  private let coder: OpaquePointer?
  /// The next block begins with the table's new size (RFC 7541 §4.2).
  private var hasNewSize = false

  public init() {
    var coder: OpaquePointer?
    let result = unsafe nghttp2_hd_deflate_new(&coder, Self.tableLimit)
    unsafe self.coder = result == 0 ? coder : nil
  }

  deinit { if let coder = unsafe coder { unsafe nghttp2_hd_deflate_del(coder) } }

  /// The peer has set SETTINGS_HEADER_TABLE_SIZE (RFC 9113 §6.5.2): call it when the setting is acknowledged.
  ///
  /// - Parameter octets: as the peer says; no more than `tableLimit` is used.
  public mutating func setTableLimit(_ octets: UInt32) {
    guard let coder = unsafe coder else { return }
    hasNewSize = true
    unsafe _ = nghttp2_hd_deflate_change_table_size(coder, Int(min(octets, UInt32(Self.tableLimit))))
  }

  /// Appends the field block of an answer's head.
  ///
  /// - Parameters:
  ///   - status: 100 to 999.
  ///   - stored: fields of a stored response; may be empty.
  ///   - added: fields of this answer, behind them. Neither has `Content-Length` or fields of the connection.
  ///   - length: `content-length`; `nil` where no field says it.
  ///   - ownLimit: octets of what `own` appends at most.
  ///   - buffer: has room for all of it in any case, or gets nothing.
  ///   - own: appends literals (`OutputSpan.append(literal:_:)`).
  /// - Throws: `noRoom`, and the encoder is as before; `coderFailed`, and the connection can send no more heads.
  public mutating func response(
    status: UInt16, stored: borrowing FieldBlock, added: borrowing FieldBlock, length: UInt64? = nil,
    ownLimit: Int = 0, into buffer: inout Buffer, own: (inout OutputSpan<UInt8>) -> Void = { _ in }
  ) throws(WriteError) {
    guard status >= 100, status <= 999 else { throw .badStatus }
    guard stored.names.union(added.names).isDisjoint(with: Self.reserved) else { throw .reservedField }
    let limit =
      FieldDeflater.octetLimit(of: stored) &+ FieldDeflater.octetLimit(of: added) &+ Self.slack
    guard ownLimit >= 0, buffer.room >= limit &+ ownLimit else { throw .noRoom }
    guard let coder = unsafe coder else { throw .coderFailed }
    let hasNewSize = hasNewSize
    self.hasNewSize = false
    try unsafe buffer.fill { (free, room) throws(WriteError) in
      var writer = unsafe FieldDeflater(coder, free.assumingMemoryBound(to: UInt8.self), room: room)
      if hasNewSize { try writer.writeTableSize() }
      try writer.write(status: status)
      try writer.write(stored.octets.span, stored.slots.span)
      try writer.write(added.octets.span, added.slots.span)
      if let length { try writer.write(length: length) }
      try writer.write(upTo: ownLimit, own)
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
    try response(status: status, stored: FieldBlock(), added: fields, into: &buffer)
  }

  /// RFC 9113 §8.2.2; and the length, which is said once.
  private static let reserved: FieldNames = [
    .connection, .keepAlive, .proxyConnection, .transferEncoding, .upgrade, .te, .contentLength,
  ]
  /// Octets of new table sizes, status and length.
  private static let slack = 64
}
