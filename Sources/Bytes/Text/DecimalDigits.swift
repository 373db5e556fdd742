/// A number as protocols write it: decimal, without leading zeros.
@usableFromInline struct DecimalDigits {
  /// 24 digits, the first in the lowest bits of the first word.
  @usableFromInline var words: InlineArray<3, UInt64> = [0, 0, 0]
  /// Of the first digit that is written, 0 to 23.
  @usableFromInline var start: Int

  @inlinable init(_ number: UInt64) {
    words[2] = Self.eight(number % Self.most)
    start = 16 &+ Self.zeros(words[2])
    if number >= Self.most {
      let rest = number / Self.most
      words[1] = Self.eight(rest % Self.most)
      words[0] = Self.eight(rest / Self.most)
      start = words[0] != 0 ? Self.zeros(words[0]) : 8 &+ Self.zeros(words[1])
    }
    for index in words.indices { words[index] |= Self.ascii }
  }

  /// 1 to 20.
  @inlinable var count: Int { 24 &- start }

  @inlinable var span: Span<UInt8> {
    // Proof of safety: octets of words, and `start` is below 24.
    @_lifetime(borrow self) get { unsafe Span<UInt8>(_bytes: words.span.bytes).extracting(start..<24) }
  }

  /// What eight digits do not reach.
  @inlinable static var most: UInt64 { 100_000_000 }
  /// To be added to digits.
  @inlinable static var ascii: UInt64 { 0x3030_3030_3030_3030 }

  /// The digits of a number below `most`, the first in the lowest bits. It is halved three times, all parts at once; a
  /// multiplication and a shift divide by 100 and 10 where the parts are that small.
  @inlinable @inline(__always) static func eight(_ number: UInt64) -> UInt64 {
    let fours = (number / 10_000) | ((number % 10_000) &<< 32)
    let hundreds = ((fours &* 10_486) &>> 20) & 0x0000_007F_0000_007F
    let twos = ((fours &- hundreds &* 100) &<< 16) | hundreds
    let tens = ((twos &* 103) &>> 10) & 0x000F_000F_000F_000F
    return ((twos &- tens &* 10) &<< 8) | tens
  }

  /// How many of eight digits are zeros before the first other one, at most 7: the last is always written.
  @inlinable static func zeros(_ digits: UInt64) -> Int { Swift.min(digits.trailingZeroBitCount &>> 3, 7) }
}
