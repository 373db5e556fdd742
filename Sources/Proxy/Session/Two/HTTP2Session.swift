import Bytes
import EventLoop
import TLS
import Telemetry

/// One client's HTTP/2 connection: identity for the loop around the state that does the work.
final class HTTP2Session: ClientSession, ExchangeStream {
  var place = 0
  let peer: Address
  let listener: WorkerListener
  private let worker: Worker
  private var core: HTTP2SessionCore
  private var token = EventToken.none
  /// Streams whose exchanges have news; beside the state, so that nobody who tells reaches into it.
  private var news: [UInt32] = []
  private var told: [UInt32] = []

  /// - Parameter input: octets that were read already.
  init(
    _ transport: consuming Transport, input: consuming Buffer, facts: ConnectionFacts, from peer: Address,
    listener: WorkerListener, in worker: Worker
  ) {
    (self.worker, self.peer, self.listener) = (worker, peer, listener)
    core = HTTP2SessionCore(transport, input: input, facts: facts, peer: peer, listener: listener, in: worker)
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

  func beginDrain() {
    core.beginDrain(in: worker)
    advance()
  }

  func drain() {
    core.endDrain(in: worker)
    advance()
  }

  func abort() { end(.aborted) }

  func ready(_ readiness: Readiness, in loop: EventLoop) {
    core.note(readiness)
    advance()
  }

  func turn(in loop: EventLoop) { advance() }

  func timerFired(in loop: EventLoop) {
    if core.timerFired(for: self, in: worker) == .ends { end() }
  }

  func exchangeHasNews(stream: UInt32) {
    news.append(stream)
    worker.loop.post(token)
  }

  private func advance() {
    swap(&news, &told)
    let outcome = core.advance(news: told, for: self, in: worker)
    told.removeAll(keepingCapacity: true)
    if outcome == .ends { end() }
  }

  /// - Parameter ending: of the exchanges that are under way, unless they know better.
  private func end(_ ending: Ending = .clientGone) {
    core.close(ending, in: worker)
    worker.sessionEnded(self)
  }
}
