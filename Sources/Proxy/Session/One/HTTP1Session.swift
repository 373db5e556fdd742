import Bytes
import EventLoop
import TLS
import Telemetry

/// One client's HTTP/1.1 connection: identity for the loop around the state that does the work.
final class HTTP1Session: ClientSession, ExchangeStream {
  var place = 0
  let peer: Address
  let listener: WorkerListener
  private let worker: Worker
  private var core: HTTP1SessionCore
  private var token = EventToken.none

  /// - Parameter input: octets that were read already.
  init(
    _ transport: consuming Transport, input: consuming Buffer, facts: ConnectionFacts, from peer: Address,
    listener: WorkerListener, in worker: Worker
  ) {
    (self.worker, self.peer, self.listener) = (worker, peer, listener)
    core = HTTP1SessionCore(transport, input: input, facts: facts, peer: peer, listener: listener, in: worker)
  }

  /// Registers a connection that has just come with the loop.
  func start() throws(SystemError) {
    token = try worker.loop.add(self, descriptor: core.descriptor)
    core.start(token, in: worker)
  }

  /// Goes on with a connection that was opened under that token: its first octets may be here already.
  ///
  /// - Parameter readiness: what the kernel has said of its descriptor.
  func start(_ token: EventToken, _ readiness: Readiness) {
    self.token = token
    core.start(token, in: worker)
    ready(readiness, in: worker.loop)
  }

  var isIdle: Bool { core.isIdle }
  /// It has no way to say so.
  func beginDrain() {}
  func drain() { if core.isIdle { end() } }
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
