/// The schemes of RFC 9110 §4.2.
public enum Scheme: UInt8, Sendable, Hashable {
  case http, https

  public var text: StaticString {
    switch self {
    case .http: "http"
    case .https: "https"
    }
  }

  @inlinable public var defaultPort: UInt16 {
    switch self {
    case .http: 80
    case .https: 443
    }
  }
}
