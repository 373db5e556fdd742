/// What is left of a request's body for another attempt.
public enum RequestBodyState: Equatable, Sendable {
  case none
  /// Kept whole, at most 64 KiB: it can be sent again.
  case whole
  /// Passed on as it comes; what was taken is gone.
  case streaming(takenOctets: UInt64)

  /// Whether a new attempt could send all of it.
  public var isComplete: Bool {
    switch self {
    case .none, .whole, .streaming(takenOctets: 0): true
    case .streaming: false
    }
  }
}
