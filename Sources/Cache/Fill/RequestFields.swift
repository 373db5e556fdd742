import Bytes
import HTTP

/// What a fill and its waiters keep of their requests: the fields that an origin gets to see and may vary by.
enum RequestFields {
  /// - Throws: where they do not fit a block; such a request is passed.
  static func copy(_ head: borrowing RequestHead, _ octets: Span<UInt8>) throws(FieldError) -> FieldBlock {
    var fields = FieldBlock()
    try fields.append(head.fields, of: octets) { slot in !head.isHopByHop(slot, octets: octets) }
    return fields
  }
}
