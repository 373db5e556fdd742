import EventLoop
import Glibc
import TLS
import Time

/// One HTTP/1.1 connection to an origin: at most one request at a time, kept for a next one when nothing was left
/// over. It tells its fetch in its own turns only; what fails in a call from above is told in the turn that follows.
final class UpstreamConnection: EventTenant {
  /// Whether its state is in use.
  private enum Event {
    case none, underWay
    /// It was closed from above within its own event: a reader that has no use for an answer says so when it is told of
    /// the head. Its state can't be reached then (exclusivity would trap), so it ends with the event.
    case givenUp
  }

  /// Where it waits between requests.
  private let stack: IdleStack
  private var core: UpstreamConnectionCore
  /// Nobody within an event: it is lent to it.
  private var fetch: Fetch?
  private var event = Event.none

  /// Begins to connect. `timeouts` are the first request's.
  init(from stack: IdleStack, timeouts: ConnectionTimeouts, in loop: EventLoop) throws(SystemError) {
    self.stack = stack
    core = UpstreamConnectionCore(transport: try Self.connect(to: stack), stack: stack, timeouts: timeouts)
    let token = try loop.add(self, descriptor: core.descriptor)
    core.registered(as: token, in: loop)
  }

  private static func connect(to stack: IdleStack) throws(SystemError) -> Transport {
    let socket = try Socket.connect(to: stack.address)
    guard let server = stack.server else { return Transport(plain: socket) }
    // Short of a defect, OpenSSL has no memory.
    do throws(TLSError) { return try Transport(socket, client: server) } catch {
      throw SystemError(error.description, code: ENOMEM)
    }
  }

  /// Sends a request's head, now or when connected.
  func begin(_ request: borrowing OriginRequest, of pool: OriginPool, for fetch: Fetch, in loop: EventLoop) {
    self.fetch = fetch
    core.begin(request, of: pool, in: loop)
  }

  /// Octets of the request's body that it takes now: 0 until it is connected.
  var bodyRoom: Int { core.bodyRoom }

  /// Up to `bodyRoom` octets of the body.
  func send(_ octets: Span<UInt8>, in loop: EventLoop) { core.send(octets, in: loop) }

  /// The body was whole.
  func finishRequest(in loop: EventLoop) { core.finishRequest(in: loop) }

  /// The reader takes octets again.
  func resume(in loop: EventLoop) { core.resume(in: loop) }

  /// Whether this turn's readiness is still to be handed to it.
  func isReady(in loop: EventLoop) -> Bool { core.isReady(in: loop) }

  /// Whether an end, or octets that nobody asked for, wait to be read.
  var hasNews: Bool { core.hasNews }

  /// Ends at once: a request under way is never finished.
  func close(in loop: EventLoop) {
    fetch = nil
    switch event {
    case .none: core.close(in: loop)
    case .underWay, .givenUp: event = .givenUp
    }
  }

  func ready(_ readiness: Readiness, in loop: EventLoop) {
    let fetch = beginEvent()
    do throws(UpstreamFailure) {
      end(with: try core.ready(readiness, for: fetch, in: loop), of: fetch, in: loop)
    } catch {
      end(with: error, of: fetch, in: loop)
    }
  }

  func turn(in loop: EventLoop) {
    let fetch = beginEvent()
    do throws(UpstreamFailure) {
      end(with: try core.turn(for: fetch, in: loop), of: fetch, in: loop)
    } catch {
      end(with: error, of: fetch, in: loop)
    }
  }

  func timerFired(in loop: EventLoop) {
    let fetch = beginEvent()
    do throws(UpstreamFailure) {
      end(with: try core.timerFired(in: loop), of: fetch, in: loop)
    } catch {
      end(with: error, of: fetch, in: loop)
    }
  }

  private func beginEvent() -> Fetch? {
    event = .underWay
    return fetch.take()
  }

  /// What the event came to, dealt with when the connection's own state is no longer in use.
  private func end(with outcome: UpstreamConnectionCore.Outcome, of fetch: consuming Fetch?, in loop: EventLoop) {
    guard !endsGivenUp(in: loop) else { return }
    switch outcome {
    case .goesOn: self.fetch = fetch
    case .rests:
      stack.give(self)
      fetch?.connectionEnded()
    case .closes: fetch?.connectionEnded()
    case .endedIdle: stack.remove(self)
    }
  }

  private func end(with failure: UpstreamFailure, of fetch: consuming Fetch?, in loop: EventLoop) {
    guard !endsGivenUp(in: loop) else { return }
    core.close(in: loop)
    fetch?.connectionFailed(failure, to: stack.address)
  }

  private func endsGivenUp(in loop: EventLoop) -> Bool {
    guard case .givenUp = event else {
      event = .none
      return false
    }
    event = .none
    core.close(in: loop)
    return true
  }
}
