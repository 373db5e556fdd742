/// Why a stream or a connection ended (RFC 9113 §7).
struct ErrorCode: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  let rawValue: UInt32

  static let noError = ErrorCode(rawValue: 0)
  static let protocolError = ErrorCode(rawValue: 1)
  static let internalError = ErrorCode(rawValue: 2)
  static let flowControlError = ErrorCode(rawValue: 3)
  static let settingsTimeout = ErrorCode(rawValue: 4)
  static let streamClosed = ErrorCode(rawValue: 5)
  static let frameSizeError = ErrorCode(rawValue: 6)
  static let refusedStream = ErrorCode(rawValue: 7)
  static let cancel = ErrorCode(rawValue: 8)
  static let compressionError = ErrorCode(rawValue: 9)
  static let connectError = ErrorCode(rawValue: 10)
  static let enhanceYourCalm = ErrorCode(rawValue: 11)
  static let inadequateSecurity = ErrorCode(rawValue: 12)
  static let http11Required = ErrorCode(rawValue: 13)

  private static let names = [
    "NO_ERROR", "PROTOCOL_ERROR", "INTERNAL_ERROR", "FLOW_CONTROL_ERROR", "SETTINGS_TIMEOUT", "STREAM_CLOSED",
    "FRAME_SIZE_ERROR", "REFUSED_STREAM", "CANCEL", "COMPRESSION_ERROR", "CONNECT_ERROR", "ENHANCE_YOUR_CALM",
    "INADEQUATE_SECURITY", "HTTP_1_1_REQUIRED",
  ]

  var description: String { Self.names.indices.contains(Int(rawValue)) ? Self.names[Int(rawValue)] : "\(rawValue)" }
}
