import EventLoop
import Time

/// One HTTP/1.1 connection to an origin: at most one request at a time, kept for a next one when nothing was left
/// over. It tells its fetch in its own turns only; what fails in a call from above is told in the turn that follows.
final class UpstreamConnection: EventTenant {
  let address: Address
  private let idle: IdleConnections
  private var core: UpstreamConnectionCore
  private var fetch: Fetch?
  /// One of its own events is under way, and with it the use of `core`.
  private var isInEvent = false
  /// It was closed from above within its own event: a reader that has no use for an answer says so when it is told
  /// of the head. Its state can't be reached then (exclusivity would trap), so it ends with the event.
  private var isGivenUp = false

  /// Begins to connect. `started` is the first request's.
  init(to address: Address, idle: IdleConnections, timeouts: ConnectionTimeouts, in loop: EventLoop) throws(SystemError)
  {
    self.address = address
    self.idle = idle
    core = UpstreamConnectionCore(socket: try Socket.connect(to: address), timeouts: timeouts)
    let token = try loop.add(self, descriptor: core.descriptor)
    core.registered(as: token, in: loop)
  }

  /// Sends a request's head, now or when connected.
  func begin(_ request: borrowing OriginRequest, for fetch: Fetch, timeouts: ConnectionTimeouts, in loop: EventLoop) {
    self.fetch = fetch
    core.begin(request, timeouts: timeouts, in: loop)
  }

  /// Octets of the request's body that it takes now: 0 until it is connected.
  var bodyRoom: Int { core.bodyRoom }

  /// Up to `bodyRoom` octets of the body.
  func send(_ octets: Span<UInt8>, in loop: EventLoop) { core.send(octets, in: loop) }

  /// The body was whole.
  func finishRequest(in loop: EventLoop) { core.finishRequest(in: loop) }

  /// The reader takes octets again.
  func resume(in loop: EventLoop) { core.resume(in: loop) }

  /// Whether an end, or octets that nobody asked for, wait to be read.
  var hasNews: Bool { core.hasNews }

  /// Ends at once: a request under way is never finished.
  func close(in loop: EventLoop) {
    fetch = nil
    if isInEvent { isGivenUp = true } else { core.close(in: loop) }
  }

  func ready(_ readiness: Readiness, in loop: EventLoop) {
    isInEvent = true
    let outcome = core.ready(readiness, for: fetch, in: loop)
    isInEvent = false
    settle(outcome, in: loop)
  }

  func turn(in loop: EventLoop) {
    isInEvent = true
    let outcome = core.turn(for: fetch, in: loop)
    isInEvent = false
    settle(outcome, in: loop)
  }

  func timerFired(in loop: EventLoop) {
    let outcome = core.timerFired(in: loop)
    settle(outcome, in: loop)
  }

  /// What a turn came to, dealt with when the connection's own state is no longer in use.
  private func settle(_ outcome: UpstreamConnectionCore.Outcome, in loop: EventLoop) {
    guard !isGivenUp else { return core.close(in: loop) }
    switch outcome {
    case .goesOn: return
    case .whole(let isReusable):
      let ended = fetch
      fetch = nil
      if !isReusable || !idle.give(self) { core.close(in: loop) } else { core.rest(in: loop) }
      ended?.connectionEnded()
    case .failed(let failure):
      let failed = fetch
      fetch = nil
      core.close(in: loop)
      failed?.connectionFailed(failure, to: address)
    case .endedIdle:
      idle.remove(self)
      core.close(in: loop)
    }
  }
}
