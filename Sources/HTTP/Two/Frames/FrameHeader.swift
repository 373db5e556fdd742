import Bytes

/// The nine octets before every frame's payload (RFC 9113 §4.1).
struct FrameHeader: Equatable {
  static let octets = 9

  /// Octets of the payload.
  var length: Int
  /// `nil` for a type that is passed over.
  var type: FrameType?
  var flags: FrameFlags
  /// 0 for the connection.
  var stream: UInt32

  init(length: Int, type: FrameType, flags: FrameFlags = [], stream: UInt32) {
    (self.length, self.type, self.flags, self.stream) = (length, type, flags, stream)
  }

  /// - Parameter octets: nine or more.
  init(_ octets: Span<UInt8>) {
    length = Int(octets[0]) << 16 | Int(octets[1]) << 8 | Int(octets[2])
    type = FrameType(rawValue: octets[3])
    flags = FrameFlags(rawValue: octets[4])
    // The first bit means nothing.
    stream = octets.bigEndian32(at: 5) & 0x7FFF_FFFF
  }
}

extension Span where Element == UInt8 {
  /// Four octets, the first the most significant.
  func bigEndian32(at offset: Int) -> UInt32 {
    UInt32(self[offset]) << 24 | UInt32(self[offset + 1]) << 16 | UInt32(self[offset + 2]) << 8
      | UInt32(self[offset + 3])
  }

  func bigEndian16(at offset: Int) -> UInt16 { UInt16(self[offset]) << 8 | UInt16(self[offset + 1]) }
}
