import Bytes

/// Seeded, so that a failure can be seen again.
typealias SplitMix = SplitMix64

extension SplitMix64 {
  /// Octets that tell their places apart.
  mutating func octets(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) } }
}

/// What is to be read in a buffer, or in slices.
func octets(_ buffer: borrowing Buffer) -> [UInt8] {
  var octets: [UInt8] = []
  octets.append(buffer.readable)
  return octets
}

func octets(_ slices: borrowing Slices) -> [UInt8] {
  var octets: [UInt8] = []
  for index in 0..<slices.count { slices[index]?.withSpan { octets.append($0) } }
  return octets
}

/// What a span holds, as text.
func text(_ octets: Span<UInt8>) -> String {
  var array: [UInt8] = []
  array.append(octets)
  return String(decoding: array, as: UTF8.self)
}
