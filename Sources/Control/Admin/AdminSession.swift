import EventLoop

/// One connection to the administration: one request, one answer. Control loop.
final class AdminSession: EventTenant {
  let number: Int
  let door: AdminAccess.Door
  private var core: AdminSessionCore
  private unowned let server: AdminServer
  private(set) var token = EventToken.none

  init(_ socket: consuming Socket, number: Int, door: AdminAccess.Door, of server: AdminServer) {
    (self.number, self.door, self.server) = (number, door, server)
    core = AdminSessionCore(socket, door: door)
  }

  func start(in loop: EventLoop) throws(SystemError) {
    token = try loop.add(self, descriptor: core.descriptor)
    core.start(token, in: loop)
  }

  /// The answer that was to come later: it is sent in the session's own turn.
  func answer(with outcome: ReloadOutcome, in loop: EventLoop) {
    core.answer(with: outcome.answer(asText: core.wantsText), in: loop)
    loop.post(token)
  }

  func ready(_ readiness: Readiness, in loop: EventLoop) {
    core.noted(readiness)
    advance(in: loop)
  }

  func turn(in loop: EventLoop) { advance(in: loop) }

  func timerFired(in loop: EventLoop) {
    if core.isOverdue(in: loop) { end(in: loop) }
  }

  private func advance(in loop: EventLoop) {
    while true {
      switch core.step(in: loop) {
      case .wait: return
      case .end: return end(in: loop)
      case .request(let request, let door):
        // A reload answers later; its answer cannot come before this call has returned.
        guard let answer = server.answer(request, through: door, connection: number, in: loop) else { return }
        core.answer(with: answer, in: loop)
      }
    }
  }

  func end(in loop: EventLoop) {
    core.close(in: loop)
    loop.remove(token)
    server.ended(self)
  }
}
