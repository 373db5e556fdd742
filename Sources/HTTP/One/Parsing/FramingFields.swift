import Bytes

/// What the framing fields of a head say together (RFC 9112 §6). What two readers could frame differently is
/// refused: repeated lengths also where they agree, any transfer coding but `chunked`.
struct FramingFields {
  private(set) var length: UInt64?
  private(set) var isChunked = false

  mutating func addLength(_ value: Span<UInt8>) throws(HeadError) {
    guard length == nil else { throw .repeatedLength }
    guard let number = Self.decimal(value) else {
      throw value.firstIndex(of: .comma) == nil ? .badLength : .repeatedLength
    }
    length = number
  }

  mutating func addTransferEncoding(_ value: Span<UInt8>) throws(HeadError) {
    guard !isChunked, value.equalsIgnoringCase("chunked") else { throw .badTransferEncoding }
    isChunked = true
  }

  /// Checks what can only be judged when all fields are read.
  func check(_ version: Version) throws(HeadError) {
    guard isChunked else { return }
    guard length == nil else { throw .lengthBesideTransferEncoding }
    guard version == .http11 else { throw .transferEncodingBeforeHTTP11 }
  }

  /// `1*DIGIT` up to `Int64.max`.
  static func decimal(_ octets: Span<UInt8>) -> UInt64? {
    guard !octets.isEmpty else { return nil }
    var number: UInt64 = 0
    if octets.count <= 18 {
      // So many digits do not overflow.
      for index in octets.indices {
        let digit = octets[index] &- 0x30
        guard digit < 10 else { return nil }
        number = number &* 10 &+ UInt64(digit)
      }
      return number
    }
    for index in octets.indices {
      guard octets[index].isDigit else { return nil }
      let (tenfold, overflow) = number.multipliedReportingOverflow(by: 10)
      let (sum, carry) = tenfold.addingReportingOverflow(UInt64(octets[index] &- 0x30))
      guard !overflow, !carry, sum <= UInt64(Int64.max) else { return nil }
      number = sum
    }
    return number
  }
}
