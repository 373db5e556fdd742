/// The hundred of a status.
public enum StatusClass: UInt8, Sendable, CaseIterable {
  /// No answer was made: the client was gone before.
  case none
  case informational, successful, redirection, clientError, serverError

  /// What is no status is `none`.
  public init(_ status: UInt16) {
    self = StatusClass(rawValue: UInt8(truncatingIfNeeded: min(status / 100, 6))) ?? .none
  }

  /// `2xx` and so on; `none`.
  public var label: StaticString {
    switch self {
    case .none: "none"
    case .informational: "1xx"
    case .successful: "2xx"
    case .redirection: "3xx"
    case .clientError: "4xx"
    case .serverError: "5xx"
    }
  }
}
