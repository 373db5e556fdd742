import EventLoop
import Time

/// Something that the control loop does again and again.
final class Repeater: EventTenant {
  private let interval: Nanoseconds
  private let body: (EventLoop) -> Void
  private var token = EventToken.none

  init(every interval: Nanoseconds, _ body: @escaping (EventLoop) -> Void) {
    (self.interval, self.body) = (max(interval, .milliseconds(10)), body)
  }

  func start(in loop: EventLoop) {
    token = loop.add(self)
    _ = loop.schedule(token, at: loop.now + interval)
  }

  func ready(_ readiness: Readiness, in loop: EventLoop) {}

  func timerFired(in loop: EventLoop) {
    body(loop)
    _ = loop.schedule(token, at: loop.now + interval)
  }
}
