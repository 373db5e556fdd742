import Time

/// A tenant's one deadline, moved often and reached seldom: moving it later touches no wheel; the timer that was armed
/// fires, sees the new deadline and is armed again.
public struct Deadline: ~Copyable {
  public private(set) var instant = Instant.distantFuture
  private var armedFor = Instant.distantFuture
  private var timer = TimerToken.none

  public init() {}

  /// Moves the deadline; `.distantFuture` for none.
  public mutating func set(_ instant: Instant, of tenant: EventToken, in loop: EventLoop) {
    self.instant = instant
    guard instant < armedFor else { return }
    loop.cancel(timer)
    timer = loop.schedule(tenant, at: instant)
    armedFor = instant
  }

  /// Called from `timerFired`: whether the deadline has really come. Otherwise the timer is armed for it.
  public mutating func hasCome(of tenant: EventToken, in loop: EventLoop) -> Bool {
    armedFor = .distantFuture
    timer = .none
    guard loop.now < instant else {
      self.instant = .distantFuture
      return true
    }
    if instant != .distantFuture { set(instant, of: tenant, in: loop) }
    return false
  }

  /// Takes the timer out of the wheel; at the tenant's end.
  public mutating func cancel(in loop: EventLoop) {
    loop.cancel(timer)
    timer = .none
    (instant, armedFor) = (.distantFuture, .distantFuture)
  }
}
