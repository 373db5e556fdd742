import Bytes

/// How much of a client's address goes into the log: an address is personal data, a network hardly.
public enum ClientAddressMask: UInt8, Sendable {
  /// The network alone: the first 24 bits of IPv4, the first 48 of IPv6; the rest is 0.
  case network
  /// Everything.
  case full

  /// Appends the address as text: dotted (also where it is mapped into IPv6), or as RFC 5952 §4 says.
  ///
  /// - Parameter address: 4 or 16 octets in network order; any other number is a Unix socket, `unix`.
  func append<Sink: OctetSink & ~Copyable>(_ address: Span<UInt8>, to sink: inout Sink) {
    switch address.count {
    case 4: appendDotted(address, to: &sink)
    case 16 where Self.isMapped(address): appendDotted(address.extracting(12..<16), to: &sink)
    case 16: appendGroups(address, to: &sink)
    default: sink.put("unix")
    }
  }

  /// `::ffff:0:0/96` (RFC 4291 §2.5.5.2): what a socket for both families says of an IPv4 client.
  private static func isMapped(_ address: Span<UInt8>) -> Bool {
    for index in 0..<10 where address[index] != 0 { return false }
    return address[10] == 0xFF && address[11] == 0xFF
  }

  private func appendDotted<Sink: OctetSink & ~Copyable>(_ address: Span<UInt8>, to sink: inout Sink) {
    for index in 0..<4 {
      if index > 0 { sink.put(.dot) }
      sink.put(decimal: self == .network && index == 3 ? 0 : UInt64(address[index]))
    }
  }

  private func appendGroups<Sink: OctetSink & ~Copyable>(_ address: Span<UInt8>, to sink: inout Sink) {
    var groups = InlineArray<8, UInt16>(repeating: 0)
    for index in 0..<(self == .network ? 3 : 8) {
      groups[index] = UInt16(address[index * 2]) << 8 | UInt16(address[index * 2 + 1])
    }
    let zeros = Self.longestZeros(groups)
    var index = 0
    while index < 8 {
      if index == zeros.lowerBound && !zeros.isEmpty {
        sink.put("::")
        index = zeros.upperBound
        continue
      }
      if index > 0 && index != zeros.upperBound { sink.put(.colon) }
      Self.append(hex: groups[index], to: &sink)
      index += 1
    }
  }

  /// The first of the longest runs of two or more zero groups (RFC 5952 §4.2); empty where there is none.
  private static func longestZeros(_ groups: InlineArray<8, UInt16>) -> Range<Int> {
    var longest = 0..<0
    var start = 0
    for index in 0...8 {
      if index < 8 && groups[index] == 0 { continue }
      if index - start > max(longest.count, 1) { longest = start..<index }
      start = index + 1
    }
    return longest
  }

  /// Lower-case, without leading zeros (RFC 5952 §4.1, §4.3).
  private static func append<Sink: OctetSink & ~Copyable>(hex group: UInt16, to sink: inout Sink) {
    var shift: UInt16 = 12
    while shift > 0 && group >> shift == 0 { shift -= 4 }
    while true {
      sink.put(UInt8(hexDigit: UInt8(truncatingIfNeeded: group >> shift & 0x0F)).lowercased)
      if shift == 0 { return }
      shift -= 4
    }
  }
}
