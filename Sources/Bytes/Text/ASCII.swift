/// The octets that HTTP's grammar names (RFC 9110 §5.6, RFC 5234 appendix B.1).
extension UInt8 {
  @inlinable public static var nul: UInt8 { 0x00 }
  @inlinable public static var tab: UInt8 { 0x09 }
  @inlinable public static var lineFeed: UInt8 { 0x0A }
  @inlinable public static var carriageReturn: UInt8 { 0x0D }
  @inlinable public static var space: UInt8 { 0x20 }
  @inlinable public static var doubleQuote: UInt8 { 0x22 }
  @inlinable public static var percent: UInt8 { 0x25 }
  @inlinable public static var asterisk: UInt8 { 0x2A }
  @inlinable public static var comma: UInt8 { 0x2C }
  @inlinable public static var dot: UInt8 { 0x2E }
  @inlinable public static var slash: UInt8 { 0x2F }
  @inlinable public static var colon: UInt8 { 0x3A }
  @inlinable public static var semicolon: UInt8 { 0x3B }
  @inlinable public static var equals: UInt8 { 0x3D }
  @inlinable public static var questionMark: UInt8 { 0x3F }
  @inlinable public static var backslash: UInt8 { 0x5C }

  @inlinable public var isDigit: Bool { self &- 0x30 < 10 }
  @inlinable public var isAlpha: Bool { (self | 0x20) &- 0x61 < 26 }
  @inlinable public var isUpper: Bool { self &- 0x41 < 26 }

  /// `A` to `Z` as `a` to `z`, everything else as it is.
  @inlinable public var lowercased: UInt8 { isUpper ? self | 0x20 : self }
  /// `a` to `z` as `A` to `Z`, everything else as it is.
  @inlinable public var uppercased: UInt8 { self &- 0x61 < 26 ? self & 0xDF : self }

  /// `tchar` of RFC 9110 §5.6.2.
  @inlinable public var isToken: Bool {
    // One bit an octet, as local constants: a table would cost a look at its once-token per octet.
    let low: UInt64 = 0x03FF_6CFA_0000_0000
    let high: UInt64 = 0x57FF_FFFF_C7FF_FFFE
    if self < 64 { return low >> UInt64(self) & 1 == 1 }
    return self < 128 && high >> UInt64(self & 63) & 1 == 1
  }

  /// `field-vchar / SP / HTAB` of RFC 9110 §5.5; `obs-text` is let through.
  @inlinable public var isFieldContent: Bool { self >= 0x20 ? self != 0x7F : self == 0x09 }

  /// Visible ASCII, and not one of `# % . / ; ? \`: what a path has between its marks (RFC 3986 §3.3).
  @inlinable public var isPlainInPath: Bool {
    let low: UInt64 = 0x77FF_3FD6_0000_0000
    let high: UInt64 = 0x7FFF_FFFF_EFFF_FFFF
    if self < 64 { return low >> UInt64(self) & 1 == 1 }
    return self < 128 && high >> UInt64(self & 63) & 1 == 1
  }

  /// 0 to 15, for both cases of the letters.
  @inlinable public var hexDigitValue: UInt64? {
    if isDigit { return UInt64(self &- 0x30) }
    let letter = (self | 0x20) &- 0x61
    return letter < 6 ? UInt64(letter) + 10 : nil
  }

  /// Of a value of 0 to 15, upper-case.
  @inlinable public init(hexDigit value: UInt8) {
    self = value < 10 ? 0x30 + value : 0x37 + (value & 0x0F)
  }
}
