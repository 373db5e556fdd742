import EventLoop
import HTTP
import TLS
import Telemetry
import Time

/// One of a worker's listening sockets: accepts in batches, and waits a little when the process has no descriptor left.
final class WorkerListener: EventTenant {
  /// Connections accepted in one turn.
  private static let batch = 64
  private static let pause = Nanoseconds.milliseconds(100)
  /// Idle sessions that are closed at once to get descriptors back.
  private static let shed = 32

  let socket: ListeningSocket
  private(set) var plan: Snapshot.ListenerPlan
  /// Its index in the snapshot.
  private(set) var index: Int
  let counters: ListenerCounters
  /// `nil` for cleartext.
  private var context: TLSContext?
  private unowned let worker: Worker
  private var token = EventToken.none

  init(
    _ plan: Snapshot.ListenerPlan, index: Int, socket: ListeningSocket, context: TLSContext?,
    counters: ListenerCounters, in worker: Worker
  ) throws(SystemError) {
    self.context = context
    (self.plan, self.index, self.socket, self.counters, self.worker) = (plan, index, socket, counters, worker)
    token = try worker.loop.add(self, listener: socket)
  }

  /// The same socket in a new snapshot.
  func adopt(_ plan: Snapshot.ListenerPlan, index: Int, context: TLSContext?) {
    (self.plan, self.index, self.context) = (plan, index, context)
  }

  /// Accepts nothing more. Other workers may still hold the socket.
  func close(in loop: EventLoop) {
    loop.forget(descriptor: socket.descriptor)
    loop.remove(token)
  }

  /// The connection as the listener's protocol has it; `nil` where it can't be made.
  func transport(over socket: consuming Socket) -> Transport? {
    guard plan.profile != nil else { return Transport(plain: socket) }
    // Never cleartext where TLS was asked for.
    guard let context else { return nil }
    do throws(TLSError) { return try Transport(socket, server: context) } catch { return nil }
  }

  func facts(of peer: Address, serverName: [UInt8]) -> ConnectionFacts {
    ConnectionFacts(
      listener: index, scheme: plan.scheme, peer: peer, publicPort: plan.publicPort, serverName: serverName,
      redirectsTo: plan.redirectsTo)
  }

  func ready(_ readiness: Readiness, in loop: EventLoop) { accept(in: loop) }
  func turn(in loop: EventLoop) { accept(in: loop) }
  func timerFired(in loop: EventLoop) { accept(in: loop) }

  private func accept(in loop: EventLoop) {
    for _ in 0..<Self.batch {
      switch socket.accept() {
      case .connection(let socket, let peer): worker.accepted(socket, from: peer, at: self)
      case .none: return
      case .exhausted:
        counters.count(.descriptorLimit)
        worker.shedIdle(Self.shed)
        _ = loop.schedule(token, at: loop.now + Self.pause)
        return
      }
    }
    loop.post(token)
  }
}
