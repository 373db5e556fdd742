/// A number as protocols write it: decimal, without leading zeros.
///
/// Two digits at a time, out of a table that is a literal: most numbers have few, for which making eight digits at once
/// by multiplications costs more (measured: 47 instructions a number instead of 75).
@usableFromInline struct DecimalDigits {
  private var number: UInt64
  /// 1 to 20.
  @usableFromInline let count: Int

  @usableFromInline init(_ number: UInt64) {
    self.number = number
    guard number >= 10_000 else {
      count = number < 100 ? (number < 10 ? 1 : 2) : (number < 1_000 ? 3 : 4)
      return
    }
    var (digits, bound): (Int, UInt64) = (5, 100_000)
    while number >= bound, digits < 20 {
      digits += 1
      // 10²⁰ does not fit: no number has more digits.
      bound = digits < 20 ? bound &* 10 : .max
    }
    count = digits
  }

  /// Writes all digits, the first at `start`. Proof of safety: `start` has room for `count` octets, and a pair is below
  /// 100.
  @unsafe @usableFromInline func write(to start: UnsafeMutablePointer<UInt8>) {
    Self.pairs.withUTF8Buffer { pairs in
      var rest = number
      var position = unsafe start + count
      while rest >= 10 {
        let pair = Int(truncatingIfNeeded: rest % 100) &* 2
        rest /= 100
        unsafe position -= 2
        unsafe (position[0], position[1]) = (pairs[pair], pairs[pair &+ 1])
      }
      if count & 1 == 1 { unsafe start[0] = 0x30 &+ UInt8(truncatingIfNeeded: rest) }
    }
  }

  /// 00 to 99.
  private static var pairs: StaticString {
    """
    00010203040506070809101112131415161718192021222324252627282930313233343536373839\
    40414243444546474849505152535455565758596061626364656667686970717273747576777879\
    8081828384858687888990919293949596979899
    """
  }
}
