import Bytes

/// A seeded generator (SplitMix64), so that a failure can be seen again.
struct SplitMix: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }

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
