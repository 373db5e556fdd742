import Bytes

/// Where text is written: an array that grows, for reports; a `Buffer` of fixed size for the log, where appending to an
/// array was 2,700 of a line's 6,800 instructions.
protocol OctetSink: ~Copyable {
  mutating func put(_ octet: UInt8)
  mutating func put(_ octets: Span<UInt8>)
  /// ASCII, or UTF-8 as it stands.
  mutating func put(_ text: StaticString)
  /// Without leading zeros.
  mutating func put(decimal number: UInt64)
}

extension [UInt8]: OctetSink {
  mutating func put(_ octet: UInt8) { append(octet) }
  mutating func put(_ octets: Span<UInt8>) { append(octets) }
  mutating func put(_ text: StaticString) { append(text) }
  mutating func put(decimal number: UInt64) { append(decimal: number) }
}

/// What does not fit is dropped: its owner bounds what it writes.
extension Buffer: OctetSink {
  mutating func put(_ octet: UInt8) { append(octet) }
  @inline(__always) mutating func put(_ octets: Span<UInt8>) { append(octets) }
  @inline(__always) mutating func put(_ text: StaticString) { append(text) }
  @inline(__always) mutating func put(decimal number: UInt64) { append(decimal: number) }
}
