import Bytes
import Cache
import HTTP
import Time

/// What a client is told of an origin's answer: its end-to-end fields, and what Yett adds. Pure.
enum AnswerFields {
  /// The end-to-end fields; `Date` as it came. `X-Request-ID` is Yett's own.
  static func copy(
    _ head: borrowing ResponseHead, _ octets: Span<UInt8>, into fields: inout FieldBlock
  ) throws(FieldError) {
    try fields.append(head.fields, of: octets) { slot in
      slot.known != .xRequestID && !head.isHopByHop(slot, octets: octets)
    }
  }

  /// Adds what the cache says of an answer, and what `addOwn` adds to others where the answer is from memory.
  ///
  /// - Parameters:
  ///   - age: `nil` where the origin says it itself.
  ///   - text: no longer written; to go with the callers that hand it in.
  static func addCache(
    age: Nanoseconds?, _ status: CacheStatus, requestID: borrowing RequestID, text: inout [UInt8],
    to fields: inout FieldBlock
  ) throws(FieldError) {
    if let age {
      try fields.append(own: "Age", upTo: 20, known: .age) { $0.append(decimal: UInt64(clamping: age.seconds)) }
      try fields.append("Via", "1.1 yett", known: .via)
      try fields.append(own: "X-Request-ID", requestID.digits.span, known: .xRequestID)
    }
    try fields.append(own: "Cache-Status", upTo: CacheStatus.octetLimit, known: .cacheStatus) { value in
      status.write(to: &value)
    }
  }

  /// Adds what every answer has that passes through.
  ///
  /// - Parameter date: empty where the origin's is there.
  static func addOwn(
    to fields: inout FieldBlock, requestID: borrowing RequestID, date: [UInt8]
  ) throws(FieldError) {
    if !date.isEmpty { try fields.append(own: "Date", date.span, known: .date) }
    try fields.append("Via", "1.1 yett", known: .via)
    try fields.append(own: "X-Request-ID", requestID.digits.span, known: .xRequestID)
  }
}
