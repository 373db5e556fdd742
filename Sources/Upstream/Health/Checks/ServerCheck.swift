import Bytes
import EventLoop
import Glibc
import TLS
import Time

/// The checks of one server, one after the other.
final class ServerCheck: EventTenant {
  let state: ServerState
  let endpoint: ServerEndpoint
  let tls: ServerTLS?
  let plan: HealthPlan
  private(set) var finding: Finding

  private let request: [UInt8]
  /// `nil` for cleartext, and where there can be no TLS.
  private let server: KnownServer?
  private let events: HealthEvents
  private var chance: SplitMix64
  private var token = EventToken.none
  /// Of the next check's beginning, or of the running one's time-out.
  private var deadline = Deadline()
  private var began = Instant.never
  private var due = Instant.distantFuture
  private var exchange: CheckExchange?
  private var socket = EventToken.none
  private var address: Address?
  /// Where the running check has not been yet.
  private var untried: ArraySlice<Address> = []
  private var view = AddressView()

  /// Timers come up to two ticks of the wheel late without anyone having been slow.
  private static let timerGrain = Nanoseconds.milliseconds(17)

  /// - Parameter server: of the plan's TLS.
  init(_ plan: CheckPlan, with server: KnownServer?, finding: Finding, events: HealthEvents, chance seed: UInt64) {
    state = plan.state
    endpoint = plan.endpoint
    tls = plan.tls
    self.server = server
    self.plan = plan.plan
    self.finding = finding
    self.events = events
    request = plan.plan.request(to: plan.endpoint.authority(isSecured: plan.tls != nil))
    chance = SplitMix64(seed: seed)
  }

  private var schedule: CheckSchedule { CheckSchedule(interval: plan.interval) }

  func start(in loop: EventLoop) {
    token = loop.add(self)
    wait(until: schedule.first(at: loop.now, using: &chance), in: loop)
  }

  func stop(in loop: EventLoop) {
    hangUp(in: loop)
    deadline.cancel(in: loop)
    loop.remove(token)
  }

  // MARK: Events

  func timerFired(in loop: EventLoop) {
    guard deadline.hasCome(of: token, in: loop) else { return }
    guard let stage = exchange?.stage else { return begin(in: loop) }
    if stage == .connecting { avoidAddress() }
    end(exchange?.isShaking == true ? .timedOutShaking : .timedOut(stage), in: loop)
  }

  func ready(_ readiness: Readiness, in loop: EventLoop) {
    guard let outcome = exchange?.advance(readiness, in: loop.buffers) else { return }
    // A name may have addresses at which nobody listens (`localhost` often has): one that answers is enough.
    if case .failed(let failure) = outcome, failure.stage == .connecting {
      avoidAddress()
      if connectNext(in: loop) { return }
    }
    end(outcome, in: loop)
  }

  // MARK: One check

  private func begin(in loop: EventLoop) {
    began = loop.now
    // Without an address the server is down by its name, and there is nobody to ask.
    guard let first = view.current(of: state) else {
      wait(until: schedule.next(after: began, endedAt: began, using: &chance), in: loop)
      return
    }
    untried = ArraySlice([first] + state.addresses.filter { $0 != first })
    due = began + plan.timeout
    deadline.set(due, of: token, in: loop)
    if !connectNext(in: loop) { end(.failed(.noServer), in: loop) }
  }

  /// Begins to connect to the next address. `false`, and nothing under way, when there is none.
  private func connectNext(in loop: EventLoop) -> Bool {
    hangUp(in: loop)
    while let address = untried.popFirst() {
      do throws(SystemError) {
        let transport = try connect(to: address)
        socket = try loop.add(self, descriptor: transport.descriptor)
        exchange = CheckExchange(on: transport, request: request, input: loop.buffers.take(.small))
        self.address = address
        return true
      } catch {
        guard untried.isEmpty else { continue }
        end(.failed(UpstreamFailure(connecting: error)), in: loop)
        return true
      }
    }
    return false
  }

  private func connect(to address: Address) throws(SystemError) -> Transport {
    let socket = try Socket.connect(to: address)
    guard tls != nil else { return Transport(plain: socket) }
    do throws(TLSError) {
      // What we lack ourselves says nothing of the server.
      guard let server else { throw TLSError(attempt: "speak TLS", reason: "OpenSSL has no means for it") }
      return try Transport(socket, client: server)
    } catch {
      throw SystemError(error.description, code: ENOMEM)
    }
  }

  /// The next check begins elsewhere, where there is an elsewhere.
  private func avoidAddress() {
    if let address { _ = view.turnAway(from: address) }
  }

  private func hangUp(in loop: EventLoop) {
    loop.remove(socket)
    socket = .none
    if let ended = exchange.take() { ended.close(in: loop) }
  }

  private func end(_ outcome: CheckOutcome, in loop: EventLoop) {
    hangUp(in: loop)
    judge(CheckVerdict(outcome, timeout: plan.timeout, lag: lag(of: outcome, in: loop)), in: loop)
    wait(until: schedule.next(after: began, endedAt: loop.now, using: &chance), in: loop)
  }

  /// How late we were: the last turn's handlers, this turn's, and the timer that ended the check.
  private func lag(of outcome: CheckOutcome, in loop: EventLoop) -> Nanoseconds {
    let turn = Swift.max(loop.lag, loop.readClock() - loop.now)
    return switch outcome {
    case .answered, .failed: turn
    case .timedOut, .timedOutShaking: Swift.max(turn, loop.now - due - Self.timerGrain)
    }
  }

  private func wait(until next: Instant, in loop: EventLoop) { deadline.set(next, of: token, in: loop) }

  // MARK: What it means

  private func judge(_ verdict: CheckVerdict, in loop: EventLoop) {
    let before = finding.condition
    let reason: String
    switch verdict {
    case .void: return
    case .passed(let words):
      state.checked(.passed)
      finding = finding.after(.passed, rise: plan.rise, fall: plan.fall)
      reason = words
    case .failed(let words):
      state.checked(.failed)
      finding = finding.after(.failed, rise: plan.rise, fall: plan.fall)
      reason = words
    }
    let after = finding.condition
    // The reason of the condition, not of a check that has not changed it yet.
    guard before != after || isConfirming(verdict) else { return }
    state.set(after, reason: reason, at: loop.now)
    guard before != after else { return }
    events.report(HealthChange(server: state.name, from: before, to: after, reason: reason), in: loop)
  }

  /// Whether a check says what the condition says already.
  private func isConfirming(_ verdict: CheckVerdict) -> Bool {
    switch (verdict, finding) {
    case (.passed, .up), (.failed, .down): true
    case (.passed, .down), (.passed, .unknown), (.failed, .up), (.failed, .unknown), (.void, _): false
    }
  }
}
