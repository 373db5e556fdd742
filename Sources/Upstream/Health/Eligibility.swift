/// Whether a server may be given a request.
public enum Eligibility: Equatable, Sendable, CustomStringConvertible {
  case eligible
  /// Only while the pool has no better one: what traffic suspects may take every server but the last.
  case lastResort
  case excluded(Exclusion)

  /// Why a server gets nothing, whoever else is left.
  public enum Exclusion: Equatable, Sendable {
    case draining
    case maintenance
    /// By its checks, or because its name does not resolve.
    case down
  }

  /// What an operator said comes first, then what checks found, then what traffic found.
  ///
  /// A pool keeps its last server: traffic sees only refused connections, perhaps of a restart, and a request that is
  /// tried may be served. Checks that fail and an operator's word are meant: without another server it is a 503.
  public init(operatorSaid: OperatorState, checksFound: Condition, trafficSuspects: Bool) {
    switch (operatorSaid, checksFound, trafficSuspects) {
    case (.drain, _, _): self = .excluded(.draining)
    case (.maintenance, _, _): self = .excluded(.maintenance)
    case (.ready, .down, _): self = .excluded(.down)
    case (.ready, .unknown, true), (.ready, .up, true): self = .lastResort
    case (.ready, .unknown, false), (.ready, .up, false): self = .eligible
    }
  }

  public var description: String {
    switch self {
    case .eligible: "eligible"
    case .lastResort: "last resort"
    case .excluded(.draining): "draining"
    case .excluded(.maintenance): "maintenance"
    case .excluded(.down): "down"
    }
  }
}
