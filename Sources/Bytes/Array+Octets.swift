/// Building text octet by octet in an array that is kept and reused: no `String` on the hot path.
extension Array where Element == UInt8 {
  @inlinable public mutating func append(_ octets: Span<UInt8>) {
    unsafe octets.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
  }

  /// ASCII text.
  @inlinable public mutating func append(_ text: StaticString) {
    unsafe append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  /// A decimal number without leading zeros.
  @inlinable public mutating func append(decimal number: UInt64) {
    var digits = InlineArray<20, UInt8>(repeating: 0x30)
    var start = 20
    var rest = number
    repeat {
      start &-= 1
      digits[start] = 0x30 &+ UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    } while rest != 0
    append(digits.span.extracting(start..<20))
  }
}
