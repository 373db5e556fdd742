/// What a frame is (RFC 9113 §6; RFC 9218 §7.1). Others are passed over.
enum FrameType: UInt8 {
  case data, headers, priority, resetStream, settings, pushPromise, ping, goAway, windowUpdate, continuation
  case priorityUpdate = 0x10
}

/// A frame's flags; which of them count depends on its type.
struct FrameFlags: OptionSet, Sendable {
  let rawValue: UInt8

  static let endStream = FrameFlags(rawValue: 0x1)
  static let acknowledgement = FrameFlags(rawValue: 0x1)
  static let endHeaders = FrameFlags(rawValue: 0x4)
  static let padded = FrameFlags(rawValue: 0x8)
  static let priority = FrameFlags(rawValue: 0x20)
}
