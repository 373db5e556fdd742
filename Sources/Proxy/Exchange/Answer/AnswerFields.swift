import Bytes
import Cache
import HTTP
import Time

/// What a client is told of an origin's answer: its end-to-end fields. Pure.
enum AnswerFields {
  /// The end-to-end fields; `Date` as it came. `X-Request-ID` is Yett's own.
  static func copy(
    _ head: borrowing ResponseHead, _ octets: Span<UInt8>, into fields: inout FieldBlock
  ) throws(FieldError) {
    try fields.append(head.fields, of: octets) { slot in
      slot.known != .xRequestID && !head.isHopByHop(slot, octets: octets)
    }
  }

  /// The same without what Yett says in its place.
  static func copy(
    _ head: borrowing ResponseHead, _ octets: Span<UInt8>, except replaced: FieldNames, into fields: inout FieldBlock
  ) throws(FieldError) {
    try fields.append(head.fields, of: octets) { slot in
      slot.known != .xRequestID && !replaced.contains(slot.known) && !head.isHopByHop(slot, octets: octets)
    }
  }
}
