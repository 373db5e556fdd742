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

  /// `nil` once this is closed: sessions keep the listener for as long as they last, and must not keep its socket.
  private(set) var socket: ListeningSocket?
  private(set) var plan: Snapshot.ListenerPlan
  /// Of the same snapshot.
  private var log: AccessLogLine.Settings
  /// Moves on with each snapshot: what connections know of their listener is made anew then.
  private(set) var revision = 0
  let counters: ListenerCounters
  /// `nil` for cleartext.
  private var context: TLSContext?
  private unowned let worker: Worker
  private var token = EventToken.none

  init(
    _ plan: Snapshot.ListenerPlan, socket: ListeningSocket, context: TLSContext?,
    counters: ListenerCounters, log: AccessLogLine.Settings, in worker: Worker
  ) throws(SystemError) {
    (self.context, self.log) = (context, log)
    (self.plan, self.socket, self.counters, self.worker) = (plan, socket, counters, worker)
    token = try worker.loop.add(self, listener: socket)
  }

  /// The same socket in a new snapshot.
  func adopt(_ plan: Snapshot.ListenerPlan, context: TLSContext?, log: AccessLogLine.Settings) {
    (self.plan, self.context, self.log) = (plan, context, log)
    revision += 1
  }

  /// Accepts who waits already, whom the closing of the socket would reset, then nobody any more, and lets go of the
  /// socket. Other workers, or a listener of another name, may still hold it.
  func close(in loop: EventLoop) {
    guard let socket else { return }
    loop.forget(descriptor: socket.descriptor)
    loop.remove(token)
    // More than the queue holds have come meanwhile: there would be no end of it.
    for _ in 0..<ListeningSocket.backlog {
      guard acceptOne(of: socket) == .accepted else { break }
    }
    self.socket = nil
  }

  var speaksTLS: Bool { plan.tls != nil }

  /// The connection as the listener's protocol has it; `nil` where it can't be made.
  func transport(over socket: consuming Socket) -> Transport? {
    guard plan.tls != nil else { return Transport(plain: socket) }
    // Never cleartext where TLS was asked for.
    guard let context else { return nil }
    do throws(TLSError) { return try Transport(socket, server: context) } catch { return nil }
  }

  func facts(of peer: Address, serverName: [UInt8]) -> ConnectionFacts {
    ConnectionFacts(
      listener: plan.name, scheme: plan.scheme, peer: peer, publicPort: plan.publicPort, serverName: serverName,
      authority: context?.authority(for: serverName), redirectsTo: plan.redirectsTo, log: log)
  }

  func ready(_ readiness: Readiness, in loop: EventLoop) { accept(in: loop) }
  func turn(in loop: EventLoop) { accept(in: loop) }
  func timerFired(in loop: EventLoop) { accept(in: loop) }

  private enum Progress { case accepted, nobody, exhausted }

  private func accept(in loop: EventLoop) {
    guard let socket else { return }
    for _ in 0..<Self.batch {
      switch acceptOne(of: socket) {
      case .accepted: continue
      case .nobody: return
      case .exhausted:
        worker.shedIdle(Self.shed)
        _ = loop.schedule(token, at: loop.now + Self.pause)
        return
      }
    }
    loop.post(token)
  }

  private func acceptOne(of socket: ListeningSocket) -> Progress {
    switch socket.accept() {
    case .connection(let accepted, let peer):
      worker.accepted(accepted, from: peer, at: self)
      return .accepted
    case .none: return .nobody
    case .exhausted:
      counters.count(.descriptorLimit)
      return .exhausted
    }
  }
}
