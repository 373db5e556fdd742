/// What the checks of one server have found so far.
public enum Finding: Equatable, Sendable {
  case unknown
  case up(failures: Int)
  case down(successes: Int)

  public enum Event: Sendable { case passed, failed }

  /// `rise` and `fall`: checks in a row, 1 or more. The first check of an unknown server decides at once.
  public func after(_ event: Event, rise: Int, fall: Int) -> Finding {
    switch (self, event) {
    case (.unknown, .passed), (.up, .passed): .up(failures: 0)
    case (.unknown, .failed), (.down, .failed): .down(successes: 0)
    case (.up(let failures), .failed): failures + 1 < fall ? .up(failures: failures + 1) : .down(successes: 0)
    case (.down(let successes), .passed): successes + 1 < rise ? .down(successes: successes + 1) : .up(failures: 0)
    }
  }

  /// Without the counts.
  public var condition: Condition {
    switch self {
    case .unknown: .unknown
    case .up: .up
    case .down: .down
    }
  }
}

/// What there is to know of a server from outside, in one octet that workers read.
public enum Condition: UInt8, Sendable, CustomStringConvertible {
  /// Not checked yet, or never: it is used.
  case unknown
  case up
  case down

  public var description: String {
    switch self {
    case .unknown: "unknown"
    case .up: "up"
    case .down: "down"
    }
  }
}
