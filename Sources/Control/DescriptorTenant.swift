import EventLoop

/// A descriptor of the control loop whose readiness calls a closure: signals, mailboxes. Not for what is hot.
final class DescriptorTenant: EventTenant {
  private let handler: (EventLoop) -> Void

  init(_ handler: @escaping (EventLoop) -> Void) { self.handler = handler }

  func ready(_ readiness: Readiness, in loop: EventLoop) { handler(loop) }
  func turn(in loop: EventLoop) { handler(loop) }
  func timerFired(in loop: EventLoop) { handler(loop) }
}
