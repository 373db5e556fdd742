/// Who lives in a loop: a session, a connection to an origin, a listener. All are called on the loop's thread, and
/// none while another call of the same tenant is under way.
public protocol EventTenant: AnyObject {
  /// Its descriptor became ready (edge-triggered: told once; the tenant remembers).
  func ready(_ readiness: Readiness, in loop: EventLoop)
  /// Its timer came due.
  func timerFired(in loop: EventLoop)
  /// It was posted to the turn queue.
  func turn(in loop: EventLoop)
}

/// For tenants that set no timer or post nothing.
extension EventTenant {
  public func timerFired(in loop: EventLoop) {}
  public func turn(in loop: EventLoop) {}
}
