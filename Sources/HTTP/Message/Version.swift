/// The version that a peer spoke (RFC 9112 §2.3). A higher minor number than 1 is read as 1.1 (RFC 9110 §2.5).
public enum Version: UInt8, Sendable, Hashable {
  case http10, http11, http2

  /// As it stands in a start line; HTTP/2 has none.
  public var text: StaticString {
    switch self {
    case .http10: "HTTP/1.0"
    case .http11: "HTTP/1.1"
    case .http2: "HTTP/2"
    }
  }
}
