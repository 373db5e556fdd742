import EventLoop
import TLS
import Telemetry

/// One client's HTTP/1.1 connection: identity for the loop around the state that does the work.
final class HTTP1Session: EventTenant, ExchangeStream {
  /// Its place in the worker's list of sessions.
  var place = 0
  let peer: Address
  let listener: WorkerListener
  private let worker: Worker
  private var core: HTTP1SessionCore
  private var token = EventToken.none

  init(_ transport: consuming Transport, from peer: Address, listener: WorkerListener, in worker: Worker) {
    (self.worker, self.peer, self.listener) = (worker, peer, listener)
    core = HTTP1SessionCore(transport, peer: peer, listener: listener, in: worker)
  }

  /// Registers with the loop and reads what has come with the connection.
  func start() throws(SystemError) {
    token = try worker.loop.add(self, descriptor: core.descriptor)
    core.start(token, in: worker)
  }

  /// Whether no request is under way: what may be closed to make room, or to drain.
  var isIdle: Bool { core.isIdle }

  /// Closes a session that has no request under way; the others end after their answer.
  func drain() { if core.isIdle { end() } }

  /// Closes it whatever it is doing.
  func abort() { end(.aborted) }

  func ready(_ readiness: Readiness, in loop: EventLoop) {
    if core.ready(readiness, for: self, in: worker) == .ends { end() }
  }

  func turn(in loop: EventLoop) {
    if core.advance(for: self, in: worker) == .ends { end() }
  }

  func timerFired(in loop: EventLoop) {
    if core.timerFired(for: self, in: worker) == .ends { end() }
  }

  func exchangeHasNews(stream: UInt32) { worker.loop.post(token) }

  /// - Parameter ending: of the exchange that is under way, unless it knows better.
  private func end(_ ending: Ending = .clientGone) {
    core.close(ending, in: worker)
    worker.sessionEnded(self)
  }
}
