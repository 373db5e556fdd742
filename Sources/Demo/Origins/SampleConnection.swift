import EventLoop

/// One connection to a sample origin. The origins' thread.
final class SampleConnection: EventTenant {
  let number: Int
  private var core: SampleConnectionCore
  private unowned let origins: SampleOrigins
  private let origin: SampleSite.Origin
  private var token = EventToken.none

  init(_ socket: consuming Socket, number: Int, to origin: SampleSite.Origin, of origins: SampleOrigins) {
    (self.number, self.origin, self.origins) = (number, origin, origins)
    core = SampleConnectionCore(socket)
  }

  func start(in loop: EventLoop) throws(SystemError) {
    token = try loop.add(self, descriptor: core.descriptor)
    core.start(token, in: loop)
  }

  func ready(_ readiness: Readiness, in loop: EventLoop) {
    core.noted(readiness)
    advance(in: loop)
  }

  func timerFired(in loop: EventLoop) {
    if core.deadlineHasCome(in: loop) { advance(in: loop) }
  }

  private func advance(in loop: EventLoop) {
    while true {
      switch core.step(in: loop) {
      case .wait: return
      case .request(let request): core.answer(with: origins.answer(to: request, of: origin), in: loop)
      case .end:
        core.close(in: loop)
        loop.remove(token)
        origins.ended(self)
        return
      }
    }
  }
}
