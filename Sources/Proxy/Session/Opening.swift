import Bytes
import EventLoop
import TLS
import Telemetry

/// A client's connection until it is known what is spoken on it: the TLS handshake, or in cleartext the first octets
/// where HTTP/2 with prior knowledge (RFC 9113 §3.3) is spoken beside HTTP/1.1.
final class Opening: ClientSession {
  var place = 0
  let peer: Address
  let listener: WorkerListener
  private let worker: Worker
  private var core: OpeningCore
  private var token = EventToken.none
  private var seen: Readiness = [.readable, .writable]

  init(_ transport: consuming Transport, from peer: Address, listener: WorkerListener, in worker: Worker) {
    (self.worker, self.peer, self.listener) = (worker, peer, listener)
    core = OpeningCore(transport, protocols: listener.plan.protocols)
  }

  /// Registers with the loop.
  func start() throws(SystemError) {
    token = try worker.loop.add(self, descriptor: core.descriptor)
    core.start(token, in: worker)
  }

  /// Its client may be about to send a request: it is nobody's to close while it opens.
  var isIdle: Bool { false }
  func beginDrain() {}
  func drain() {}
  func abort() { end() }

  func ready(_ readiness: Readiness, in loop: EventLoop) {
    // Told once: what follows has to know it.
    seen.formUnion(readiness)
    switch core.advance(in: worker) {
    case .waits: break
    case .opened(let name, let serverName): handOver(name, serverName: serverName)
    case .failed(let event):
      if let event { listener.counters.count(event) }
      end()
    }
  }

  func timerFired(in loop: EventLoop) {
    guard core.hasTimedOut(in: worker) else { return }
    listener.counters.count(core.isShaking ? .handshakeTimedOut : .headTimedOut)
    end()
  }

  private func handOver(_ name: ApplicationProtocol, serverName: [UInt8]) {
    guard let opened = core.release(in: worker) else { return }
    if core.isShaking { worker.handshakeEnded() }
    let facts = listener.facts(of: peer, serverName: serverName)
    switch name {
    case .http1:
      let session = HTTP1Session(
        opened.transport, input: opened.input, facts: facts, from: peer, listener: listener, in: worker)
      worker.replace(self, with: session, at: token)
      session.start(token, seen)
    case .http2:
      let session = HTTP2Session(
        opened.transport, input: opened.input, facts: facts, from: peer, listener: listener, in: worker)
      worker.replace(self, with: session, at: token)
      session.start(token, seen)
    }
  }

  private func end() {
    core.close(in: worker)
    if core.isShaking { worker.handshakeEnded() }
    worker.loop.remove(token)
    worker.sessionEnded(self)
  }
}
