import Bytes
import HTTP

/// What a client is told of an origin's answer: its end-to-end fields, and what Yett adds. Pure.
enum AnswerFields {
  /// The end-to-end fields; `Date` as it came. `X-Request-ID` is Yett's own.
  static func copy(
    _ head: borrowing ResponseHead, _ octets: Span<UInt8>, into fields: inout FieldBlock
  ) throws(FieldError) {
    var index = 0
    while index < head.fields.count {
      let slot = head.fields[index]
      index += 1
      guard slot.known != .xRequestID, !head.isHopByHop(slot, octets: octets) else { continue }
      try fields.append(name: octets[clamped: slot.name], value: octets[clamped: slot.value], known: slot.known)
    }
  }

  /// Adds what every answer has that passes through.
  ///
  /// - Parameter date: empty where the origin's is there.
  static func addOwn(
    to fields: inout FieldBlock, requestID: borrowing RequestID, date: [UInt8]
  ) throws(FieldError) {
    if !date.isEmpty { try fields.append("Date", date.span, known: .date) }
    try fields.append("Via", "1.1 yett", known: .via)
    try fields.append("X-Request-ID", requestID.digits.span, known: .xRequestID)
  }
}
