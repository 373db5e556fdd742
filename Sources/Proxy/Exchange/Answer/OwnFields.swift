import Bytes
import Cache
import Time

/// What Yett itself says in an answer: kept as values until the answer is written, so that a hit makes no fields.
struct OwnFields {
  /// Octets of the longest lines.
  static let octetLimit = 128 + CacheStatus.octetLimit

  /// Of what comes from memory; `nil` where the origin says it itself, or nobody does.
  var age: Nanoseconds?
  var requestID = RequestID()
  /// `nil` on a route without a cache.
  var cacheStatus: CacheStatus?

  /// Appends whole lines to a buffer that has room for `octetLimit`.
  func write(to buffer: inout Buffer) {
    if let age {
      buffer.append("Age: ")
      buffer.append(decimal: UInt64(clamping: age.seconds))
      buffer.append("\r\nVia: 1.1 yett\r\nX-Request-ID: ")
    } else {
      buffer.append("Via: 1.1 yett\r\nX-Request-ID: ")
    }
    buffer.append(requestID.digits.span)
    if let cacheStatus {
      buffer.append("\r\nCache-Status: ")
      cacheStatus.write(to: &buffer)
    }
    buffer.append("\r\n")
  }
}
