/// How an exchange ended; every exchange has exactly one ending.
public enum Ending: UInt8, Sendable, CaseIterable {
  /// The whole answer was given to the kernel, whatever its status.
  case answered
  /// The client closed or reset before it had the whole answer.
  case clientGone
  /// The client sent or read too slowly and was cut.
  case clientTimedOut
  /// The origin broke an answer whose head the client already had.
  case upstreamFailed
  /// The origin fell silent in an answer whose head the client already had.
  case upstreamTimedOut
  /// Yett gave up: the end of a drain, a limit, a mistake of its own.
  case aborted

  /// A lower-case word with underscores.
  public var label: StaticString {
    switch self {
    case .answered: "answered"
    case .clientGone: "client_gone"
    case .clientTimedOut: "client_timed_out"
    case .upstreamFailed: "upstream_failed"
    case .upstreamTimedOut: "upstream_timed_out"
    case .aborted: "aborted"
    }
  }

  /// The client's doing: counts neither for nor against a target.
  public var isClientAbort: Bool {
    switch self {
    case .clientGone, .clientTimedOut: true
    case .answered, .upstreamFailed, .upstreamTimedOut, .aborted: false
    }
  }
}
