/// Numbers as protocols write them.
extension Buffer {
  /// A decimal number without leading zeros; `false`, and nothing added, where there is no room.
  @discardableResult public mutating func append(decimal number: UInt64) -> Bool {
    guard number < 100_000_000 else { return append(longDecimal: number) }
    var rest = UInt32(truncatingIfNeeded: number)
    let digits =
      rest < 10_000
      ? (rest < 100 ? (rest < 10 ? 1 : 2) : (rest < 1_000 ? 3 : 4))
      : (rest < 1_000_000 ? (rest < 100_000 ? 5 : 6) : (rest < 10_000_000 ? 7 : 8))
    guard digits <= room else { return false }
    // Proof: there is room for all digits, `rest` has no more of them, and a pair is below 100.
    Self.pairs.withUTF8Buffer { pairs in
      var position = unsafe base + (end &+ digits)
      while rest >= 10 {
        let pair = Int(truncatingIfNeeded: rest % 100) &* 2
        rest /= 100
        unsafe position -= 2
        unsafe (position[0], position[1]) = (pairs[pair], pairs[pair &+ 1])
      }
      if digits & 1 == 1 { unsafe base[end] = 0x30 &+ UInt8(truncatingIfNeeded: rest) }
    }
    end &+= digits
    return true
  }

  /// 00 to 99: a literal is there without a look at a once-token.
  private static var pairs: StaticString {
    """
    00010203040506070809101112131415161718192021222324252627282930313233343536373839\
    40414243444546474849505152535455565758596061626364656667686970717273747576777879\
    8081828384858687888990919293949596979899
    """
  }

  private mutating func append(longDecimal number: UInt64) -> Bool {
    let digits = DecimalDigits(number)
    guard digits.count <= room else { return false }
    append(digits.span)
    return true
  }

  /// A hexadecimal number without leading zeros; `false`, and nothing added, where there is no room.
  @inlinable @discardableResult public mutating func append(hex number: UInt64) -> Bool {
    var digits = InlineArray<16, UInt8>(repeating: 0x30)
    var start = 16
    var rest = number
    repeat {
      start &-= 1
      digits[start] = UInt8(hexDigit: UInt8(truncatingIfNeeded: rest & 15))
      rest >>= 4
    } while rest != 0
    guard 16 &- start <= room else { return false }
    append(digits.span.extracting(start..<16))
    return true
  }
}
