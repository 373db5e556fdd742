/// Why a stream or a connection ends (RFC 9113 §7).
public enum HTTP2ErrorCode: UInt32, Sendable, Hashable {
  case noError, protocolError, internalError, flowControlError, settingsTimeout, streamClosed, frameSizeError
  case refusedStream, cancel, compressionError, connectError, enhanceYourCalm, inadequateSecurity, http11Required
}
