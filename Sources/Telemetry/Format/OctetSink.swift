import Bytes

/// Where text is written: an array that grows, for reports; a `Buffer` of fixed size for the log, where appending to an
/// array was 2,700 of a line's 6,800 instructions.
protocol OctetSink: ~Copyable {
  mutating func put(_ octet: UInt8)
  mutating func put(_ octets: Span<UInt8>)
  /// ASCII, or UTF-8 as it stands.
  mutating func put(_ text: StaticString)
}

extension [UInt8]: OctetSink {
  mutating func put(_ octet: UInt8) { append(octet) }
  mutating func put(_ octets: Span<UInt8>) { append(octets) }
  mutating func put(_ text: StaticString) { append(text) }
}

/// What does not fit is dropped: its owner bounds what it writes.
extension Buffer: OctetSink {
  mutating func put(_ octet: UInt8) { append(octet) }
  mutating func put(_ octets: Span<UInt8>) { append(octets) }
  // Inlined, so that a literal of known length becomes a few moves instead of a call of memcpy.
  @inline(__always) mutating func put(_ text: StaticString) { append(text) }
}

extension OctetSink where Self: ~Copyable {
  /// A decimal number without leading zeros.
  mutating func put(decimal number: UInt64) {
    guard number >= 1_000 else { return put(shortDecimal: UInt32(truncatingIfNeeded: number)) }
    guard number < 100_000_000 else { return put(longDecimal: number) }
    // Up to eight digits are made in a register, the first in its lowest octet.
    var digits: UInt64 = 0
    var rest = UInt32(truncatingIfNeeded: number)
    repeat {
      digits = digits << 8 | UInt64(0x30 &+ rest % 10)
      rest /= 10
    } while rest != 0
    repeat {
      put(UInt8(truncatingIfNeeded: digits))
      digits >>= 8
    } while digits != 0
  }

  /// - Parameter number: below 1,000: most statuses, sizes of heads and times of hits.
  mutating func put(shortDecimal number: UInt32) {
    if number >= 100 { put(0x30 &+ UInt8(truncatingIfNeeded: number / 100)) }
    if number >= 10 { put(0x30 &+ UInt8(truncatingIfNeeded: number / 10 % 10)) }
    put(0x30 &+ UInt8(truncatingIfNeeded: number % 10))
  }

  private mutating func put(longDecimal number: UInt64) {
    put(decimal: number / 100_000_000)
    var place: UInt64 = 10_000_000
    while place > 0 {
      put(0x30 &+ UInt8(truncatingIfNeeded: number / place % 10))
      place /= 10
    }
  }
}
