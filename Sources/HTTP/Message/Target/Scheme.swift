/// The schemes of RFC 9110 §4.2.
public enum Scheme: UInt8, Sendable, Hashable {
  case http, https

  /// As URIs have it, lower-case.
  public var text: StaticString {
    switch self {
    case .http: "http"
    case .https: "https"
    }
  }

  /// The port that an authority means which names none (RFC 9110 §4.2.1 and §4.2.2).
  @inlinable public var defaultPort: UInt16 {
    switch self {
    case .http: 80
    case .https: 443
    }
  }
}
