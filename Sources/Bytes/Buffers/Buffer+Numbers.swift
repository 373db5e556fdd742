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
    var position = digits
    repeat {
      position &-= 1
      // Proof: there is room for all digits, and `rest` has no more of them.
      unsafe base[end &+ position] = 0x30 &+ UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    } while position > 0
    end &+= digits
    return true
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
