/// Numbers as protocols write them.
extension Buffer {
  /// A decimal number without leading zeros; `false`, and nothing added, where there is no room.
  @discardableResult public mutating func append(decimal number: UInt64) -> Bool {
    if number < 10 { return append(0x30 &+ UInt8(truncatingIfNeeded: number)) }
    let digits = DecimalDigits(number)
    guard digits.count <= room else { return false }
    unsafe digits.write(to: base + end)
    end &+= digits.count
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
