import Time

/// How far Yett is with its end. The first signal lets what is under way end, the second one cuts it, and what is stuck
/// after that is left behind. Decides; ends nobody.
enum Shutdown: Equatable, Sendable {
  case none
  /// Running requests go on until the drain's deadline.
  ///
  /// - limit: when the process ends without who is stuck.
  case draining(limit: Instant)
  /// What is under way is cut.
  ///
  /// - limit: as above.
  case cutting(limit: Instant)
  /// The process ends now, whatever is stuck.
  case forced

  enum Event { case signal, limitReached }

  /// After a drain's deadline, for workers to cut what is left and for the log to be written.
  static let grace = Nanoseconds.seconds(5)
  /// For the same after the second signal: short for who waits, and long enough on a busy machine for workers to reset
  /// what a mere close would let pass for whole, and for the process to end as one that nothing holds.
  static let cuttingGrace = Nanoseconds.seconds(2)

  var limit: Instant? {
    switch self {
    case .none, .forced: nil
    case .draining(let limit), .cutting(let limit): limit
    }
  }

  /// - Parameter drain: how long running requests may go on.
  func after(_ event: Event, at now: Instant, drain: Nanoseconds) -> Shutdown {
    switch (self, event) {
    case (.none, .signal): .draining(limit: now + drain + Self.grace)
    case (.draining, .signal): .cutting(limit: now + Self.cuttingGrace)
    case (.cutting, .signal), (.draining, .limitReached), (.cutting, .limitReached), (.forced, _): .forced
    case (.none, .limitReached): .none
    }
  }
}
