import EventLoop
import Time

/// One of the administration's two doors. Control loop.
final class AdminListener: EventTenant {
  /// Connections accepted in one turn.
  private static let batch = 64
  private static let pause = Nanoseconds.milliseconds(100)

  let socket: ListeningSocket
  let door: AdminAccess.Door
  private unowned let server: AdminServer
  private var token = EventToken.none

  init(_ socket: ListeningSocket, of server: AdminServer) {
    (self.socket, self.server) = (socket, server)
    if case .unix = socket.address { door = .socket } else { door = .bind(socket.address) }
  }

  func start(in loop: EventLoop) throws(SystemError) { token = try loop.add(self, listener: socket) }

  /// Accepts nothing more; the socket closes with this object.
  func close(in loop: EventLoop) {
    loop.forget(descriptor: socket.descriptor)
    loop.remove(token)
  }

  func ready(_ readiness: Readiness, in loop: EventLoop) { accept(in: loop) }
  func turn(in loop: EventLoop) { accept(in: loop) }
  func timerFired(in loop: EventLoop) { accept(in: loop) }

  private func accept(in loop: EventLoop) {
    for _ in 0..<Self.batch {
      switch socket.accept() {
      case .connection(let socket, _): server.accepted(socket, through: door, in: loop)
      case .none: return
      case .exhausted:
        _ = loop.schedule(token, at: loop.now + Self.pause)
        return
      }
    }
    loop.post(token)
  }
}
