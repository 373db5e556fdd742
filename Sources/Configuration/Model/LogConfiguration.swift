/// The access log: what it says of people, and where it goes.
public struct LogConfiguration: Equatable, Sendable {
  /// Default standard output.
  public var access: AccessLogDestination
  /// Whether query strings are logged; they often hold personal data. Default no.
  public var query: Bool
  /// Whether client addresses are logged whole, not as their /24 or /48. Default no.
  public var fullAddresses: Bool

  public init(access: AccessLogDestination = .standardOutput, query: Bool = false, fullAddresses: Bool = false) {
    (self.access, self.query, self.fullAddresses) = (access, query, fullAddresses)
  }
}

/// Where access log lines go.
public enum AccessLogDestination: Equatable, Sendable {
  /// `-`
  case standardOutput
  case file(path: String)
  case off
}
