/// A number as protocols write it: decimal, without leading zeros.
@usableFromInline struct DecimalDigits {
  @usableFromInline var octets = InlineArray<20, UInt8>(repeating: 0x30)
  /// Of the first digit, 0 to 19.
  @usableFromInline var start = 20

  @inlinable init(_ number: UInt64) {
    var rest = number
    repeat {
      start &-= 1
      octets[start] = 0x30 &+ UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    } while rest != 0
  }

  /// 1 to 20.
  @inlinable var count: Int { 20 &- start }

  @inlinable var span: Span<UInt8> {
    @_lifetime(borrow self) get { octets.span.extracting(start..<20) }
  }
}
