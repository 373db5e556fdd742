import Time

/// Whether a failed attempt is made again: one pure function, so that the rule can be read and tested whole.
public enum RetryDecision: Equatable, Sendable {
  case again(Place)
  /// With the status for the client, if it got nothing yet.
  case giveUp(status: UInt16)

  /// Where the next attempt goes.
  public enum Place: Sendable, Equatable {
    /// Another server, or another address of the same.
    case elsewhere
    /// The same one, as there is no other.
    case same
  }

  /// - Parameters:
  ///   - failure: how the last attempt ended.
  ///   - isSafe: of the method (RFC 9110 §9.2.1).
  ///   - body: what of the request's body could be sent again.
  ///   - unanswered: attempts of this fetch that ended in the stage `waiting`, the last one among them.
  ///   - untried: places that were not tried and may be: servers, and addresses of the last one.
  ///   - budget: time that is left to the fetch.
  public static func after(
    _ failure: UpstreamFailure, isSafe: Bool, body: RequestBodyState, unanswered: Int, untried: Int,
    budget: Nanoseconds
  ) -> RetryDecision {
    let giveUp = RetryDecision.giveUp(status: failure.status)
    guard budget > .zero, body.isComplete else { return giveUp }
    if case .overdue = failure { return giveUp }
    switch failure.stage {
    case .choosing, .answering: return giveUp
    case .connecting:
      // Nothing was sent, so any method may go elsewhere, as long as there is a place. The same server would refuse
      // again, and what we lack for one connection we lack for the next.
      if case .exhausted = failure { return giveUp }
      return untried > 0 ? .again(.elsewhere) : giveUp
    case .waiting:
      // The server may have acted on it: once more, and only what may be done twice (RFC 9110 §9.2.2 would allow
      // idempotent methods; a PUT that is late overwrites what came between).
      guard isSafe, unanswered <= 1 else { return giveUp }
      guard untried == 0 else { return .again(.elsewhere) }
      // A connection that was closed while idle says nothing of its server; one that is slow is not asked twice.
      return failure.isSlowness ? giveUp : .again(.same)
    }
  }
}
