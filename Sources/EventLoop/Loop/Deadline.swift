import Time

/// A tenant's one deadline, moved often and reached seldom: moving it later touches no wheel; the timer that was armed
/// fires, sees the new deadline and is armed again.
public struct Deadline: ~Copyable {
  @usableFromInline var current = Instant.distantFuture
  @usableFromInline var armedFor = Instant.distantFuture
  private var timer = TimerToken.none

  public init() {}

  /// `.distantFuture` where there is none.
  @inlinable public var instant: Instant { current }

  /// Moves the deadline; `.distantFuture` for none.
  @inlinable public mutating func set(_ instant: Instant, of tenant: EventToken, in loop: EventLoop) {
    current = instant
    if instant < armedFor { arm(for: tenant, in: loop) }
  }

  @usableFromInline mutating func arm(for tenant: EventToken, in loop: EventLoop) {
    loop.cancel(timer)
    timer = loop.schedule(tenant, at: current)
    armedFor = current
  }

  /// Called from `timerFired`: whether the deadline has really come. Otherwise the timer is armed for it.
  public mutating func hasCome(of tenant: EventToken, in loop: EventLoop) -> Bool {
    armedFor = .distantFuture
    timer = .none
    guard loop.now < current else {
      current = .distantFuture
      return true
    }
    if current != .distantFuture { arm(for: tenant, in: loop) }
    return false
  }

  /// Takes the timer out of the wheel; at the tenant's end.
  public mutating func cancel(in loop: EventLoop) {
    loop.cancel(timer)
    timer = .none
    (current, armedFor) = (.distantFuture, .distantFuture)
  }
}
