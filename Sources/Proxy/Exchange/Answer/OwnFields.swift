import Bytes
import Cache
import HTTP
import Time

/// What Yett itself says in an answer: kept as values until the answer is written, so that a hit makes no fields.
struct OwnFields {
  /// Octets of the longest lines.
  static let octetLimit = 256 + CacheStatus.octetLimit

  /// Of what comes from memory; `nil` where the origin says it itself, or nobody does.
  var age: Nanoseconds?
  var requestID = RequestID()
  /// `nil` on a route without a cache.
  var cacheStatus: CacheStatus?
  /// The value of `Strict-Transport-Security`, at most 64 octets; `nil` where nobody or the origin says it. It is said
  /// of the whole request, whatever becomes of its answer.
  var transportSecurity: Chunk?

  /// What an origin says of the same, and nobody is told.
  var replaced: FieldNames { transportSecurity == nil ? [] : [.strictTransportSecurity] }

  /// Appends them as literals of HTTP/2, where there is room for `octetLimit`.
  func writeLiterals(to output: inout OutputSpan<UInt8>) {
    if let age { output.append(literal: .age, upTo: 20) { $0.append(decimal: UInt64(clamping: age.seconds)) } }
    output.append(literal: .via, "1.1 yett")
    output.append(literal: .xRequestID, requestID.digits.span)
    if let cacheStatus {
      output.append(literal: .cacheStatus, upTo: CacheStatus.octetLimit) { cacheStatus.write(to: &$0) }
    }
    if let transportSecurity { output.append(literal: .strictTransportSecurity, transportSecurity.span) }
  }

  /// Appends whole lines where there is room for `octetLimit`.
  func write(to output: inout OutputSpan<UInt8>) {
    if let age {
      output.append("Age: ")
      output.append(decimal: UInt64(clamping: age.seconds))
      output.append("\r\nVia: 1.1 yett\r\nX-Request-ID: ")
    } else {
      output.append("Via: 1.1 yett\r\nX-Request-ID: ")
    }
    output.append(requestID.digits.span)
    if let cacheStatus {
      output.append("\r\nCache-Status: ")
      cacheStatus.write(to: &output)
    }
    if let transportSecurity {
      output.append("\r\nStrict-Transport-Security: ")
      output.append(transportSecurity.span)
    }
    output.append("\r\n")
  }
}
