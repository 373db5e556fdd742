import Time

/// When a response was asked for and came: on the monotonic clock, on which it ages, and on the wall clock, with
/// which its dates are compared.
public struct ResponseMoment: Equatable, Sendable {
  public let requested: Instant
  public let received: Instant
  /// The same moment as `received`.
  public let receivedWall: WallTime

  public init(requested: Instant, received: Instant, receivedWall: WallTime) {
    (self.requested, self.received, self.receivedWall) = (requested, received, receivedWall)
  }

  /// `response_delay` of RFC 9111 §4.2.3; never negative.
  var delay: Nanoseconds { max(.zero, received - requested) }
}
