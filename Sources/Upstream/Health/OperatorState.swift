/// What an operator said of a server. It holds until the operator says otherwise, whatever checks and traffic find.
public enum OperatorState: UInt8, Sendable, CaseIterable, CustomStringConvertible {
  case ready
  /// Gets nothing new; what it works on is finished.
  case drain
  /// Being worked on: gets nothing.
  case maintenance

  public var description: String {
    switch self {
    case .ready: "ready"
    case .drain: "drain"
    case .maintenance: "maintenance"
    }
  }
}
