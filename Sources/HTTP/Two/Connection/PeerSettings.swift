/// A parameter of a SETTINGS frame (RFC 9113 §6.5.2, RFC 9218 §2.1).
enum HTTP2Setting: UInt16 {
  case headerTableSize = 1
  case enablePush, maxConcurrentStreams, initialWindowSize, maxFrameSize, maxHeaderListSize
  case noRFC7540Priorities = 9
}

/// What the peer has set, as far as it binds a server.
struct PeerSettings: Equatable {
  /// Octets of the dynamic table that it keeps for our heads.
  var headerTableSize: UInt32 = 4_096
  /// Octets of a new stream that it takes at first.
  var initialWindow: Int32 = 65_535
  /// Octets of a frame's payload that it takes.
  var frameSize = 16_384

  /// - Returns: the connection's error, where the value is none.
  mutating func set(_ setting: HTTP2Setting, to value: UInt32) -> HTTP2ErrorCode? {
    switch setting {
    case .headerTableSize: headerTableSize = value
    case .enablePush, .noRFC7540Priorities: if value > 1 { return .protocolError }
    case .initialWindowSize:
      guard let window = Int32(exactly: value) else { return .flowControlError }
      initialWindow = window
    case .maxFrameSize:
      guard 16_384...16_777_215 ~= value else { return .protocolError }
      frameSize = Int(value)
    case .maxConcurrentStreams, .maxHeaderListSize: break
    }
    return nil
  }
}
