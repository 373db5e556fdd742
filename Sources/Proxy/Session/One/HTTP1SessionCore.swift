import Bytes
import EventLoop
import HTTP
import TLS
import Telemetry
import Time

/// The state of one HTTP/1.1 connection of a client (RFC 9112). Requests are answered one at a time; what follows
/// waits in the buffer or the kernel.
struct HTTP1SessionCore: ~Copyable {
  enum Outcome { case goesOn, ends }

  enum Phase {
    /// Between requests, or within a head.
    case awaitingHead
    case exchanging
    /// The answer is out, the request's body is not: it is read and dropped, so that the answer is read.
    case lingering
    case closed
  }

  /// Answers in one turn.
  private static let answersPerTurn = 32
  /// Octets read in one turn.
  static let readPerTurn = 65_536
  /// What a read counts for at least: over TLS one may bring nothing.
  static let leastRead = 1_024

  var transport: Transport
  let peer: Address
  let listener: WorkerListener
  var facts: ConnectionFacts
  /// Of the listener, as `facts` have it.
  var factsRevision: Int
  var token = EventToken.none
  var phase = Phase.awaitingHead
  var input: Buffer
  /// Between two events, where a head or an exchange is under way: taken from the worker, with the exchange.
  private var reader: HTTP1Reader?
  /// Octets of a head are in `input`, and it is not whole.
  var isHeadUnderWay = false
  var answer: HTTP1Answer
  var body = RequestBodyIntake()
  /// The earliest of those that count at the moment.
  var deadline = Deadline()
  /// Until when the client must have sent more of the body, or is asked for it.
  var bodyDeadline = Instant.distantFuture
  /// Until when the client must have taken more of the answer.
  var writeDeadline = Instant.distantFuture
  var headBegan = Instant.never
  /// Since the last whole head, or since the connection came: `deadline` has been set for the next one.
  var hasRested = true
  var headOctets = 0
  var isReadable = false
  private var isWritable = true
  /// The kernel said that the client ended its side: a short read does not mean that nothing is left.
  var isEnding = false
  var isBroken = false
  var keepsAlive = true
  private var lingering = Lingering()

  init(
    _ transport: consuming Transport, input: consuming Buffer, facts: ConnectionFacts, peer: Address,
    listener: WorkerListener, in worker: Worker
  ) {
    answer = HTTP1Answer(in: worker)
    self.transport = transport
    self.input = input
    self.peer = peer
    self.listener = listener
    self.facts = facts
    factsRevision = listener.revision
  }

  var descriptor: Int32 { transport.descriptor }
  var isIdle: Bool { phase == .awaitingHead && reader == nil }

  mutating func start(_ token: EventToken, in worker: Worker) {
    self.token = token
    deadline.set(worker.loop.now + worker.limits.headTimeout, of: token, in: worker.loop)
  }

  mutating func renewFacts() {
    facts = listener.facts(of: peer, serverName: facts.serverName)
    factsRevision = listener.revision
  }

  mutating func ready(_ readiness: Readiness, for session: HTTP1Session, in worker: Worker) -> Outcome {
    if readiness.contains(.readable) { isReadable = true }
    if readiness.contains(.writable) { isWritable = true }
    if readiness.contains(.ended) { isEnding = true }
    if readiness.contains(.broken) { isBroken = true }
    return advance(for: session, in: worker)
  }

  /// Goes as far as the socket and the exchange allow.
  mutating func advance(for session: HTTP1Session, in worker: Worker) -> Outcome {
    // Lent for the event: what is reached through a stored property is retained at each use.
    let reader = self.reader.take() ?? worker.takeReader()
    let outcome = advance(with: reader, for: session, in: worker, at: worker.moment)
    if phase == .exchanging || isHeadUnderWay { self.reader = consume reader } else { worker.give(consume reader) }
    return outcome
  }

  private mutating func advance(
    with reader: HTTP1Reader, for session: HTTP1Session, in worker: Worker, at moment: Moment
  ) -> Outcome {
    var answers = 0
    while true {
      var progress: HTTP1Answer.Progress?
      switch phase {
      case .awaitingHead:
        switch readHead(with: reader, for: session, in: worker, at: moment) {
        case .missing:
          // Nobody's request is cut by it: a client that sends one now may send it again (RFC 9112 §9.3.1).
          return worker.isDraining && !isHeadUnderWay ? .ends : .goesOn
        case .begun(let begun): progress = begun
        case .refused(let error):
          listener.counters.count(error.status == 414 || error.status == 431 ? .headTooLarge : .malformedHead)
          refuse(error.status, why: error.description, with: reader, for: session, in: worker, at: moment)
          continue
        case .ended: return .ends
        }
      case .exchanging:
        if isBroken, body.isComplete || !isReadable { return .ends }
        takeBody(into: reader.exchange, in: worker, at: moment.now)
        guard !answer.isBlocked || isWritable else {
          reader.exchange.attach(to: session, id: 0)
          armExchangeDeadline(in: worker)
          return .goesOn
        }
        progress = reader.exchange.withState { send(&$0, of: reader.exchange, in: worker, at: moment) }
      case .lingering: return drop(in: worker)
      case .closed: return .goesOn
      }
      if case .whole = progress {
        reader.exchange.detach()
        answers += 1
        guard body.isComplete, keepsAlive, !worker.isDraining else {
          // Who has ended already reads no slower for our waiting.
          if isBroken { return .ends }
          linger(in: worker, at: moment.now)
          continue
        }
        phase = .awaitingHead
        guard answers < Self.answersPerTurn else {
          worker.loop.post(token)
          return .goesOn
        }
        continue
      }
      reader.exchange.attach(to: session, id: 0)
      switch progress {
      case nil, .whole: continue
      case .waits:
        pause(in: worker, at: moment.now)
        return .goesOn
      case .yields:
        writeDeadline = .distantFuture
        worker.loop.post(token)
        return .goesOn
      case .cut: return .ends
      }
    }
  }

  mutating func timerFired(for session: HTTP1Session, in worker: Worker) -> Outcome {
    guard deadline.hasCome(of: token, in: worker.loop) else { return .goesOn }
    let now = worker.loop.now
    switch phase {
    case .awaitingHead:
      guard let reader, isHeadUnderWay else { return .ends }
      listener.counters.count(.headTimedOut)
      refuse(
        408, why: "the request's head came too slowly", with: reader, for: session, in: worker, at: worker.moment)
      return advance(for: session, in: worker)
    case .exchanging:
      guard let reader else { return .ends }
      if writeDeadline <= now {
        if answer.endsWithConnection { transport.abort() }
        finishExchange(.clientTimedOut, in: worker)
        return .ends
      }
      if let ask = body.pace.continueDeadline, ask <= now {
        askForBody(in: worker)
      } else if bodyDeadline <= now {
        bodyFailed(.tooSlow, of: reader.exchange)
      }
      return advance(for: session, in: worker)
    case .lingering: return .ends
    case .closed: return .goesOn
    }
  }

  /// Gives everything back; the exchange learns that its client is gone.
  ///
  /// - Parameter ending: of the exchange that is under way, unless it knows better.
  mutating func close(_ ending: Ending, in worker: Worker) {
    guard phase != .closed else { return }
    if phase == .exchanging {
      if answer.endsWithConnection { transport.abort() }
      finishExchange(ending, in: worker)
    }
    phase = .closed
    deadline.cancel(in: worker.loop)
    releaseReader(in: worker)
    worker.buffers.reclaim(&input)
    answer.release(to: worker.buffers)
    transport.close()
    transport.releaseBuffers(to: worker.buffers)
    worker.loop.remove(token)
  }

  // MARK: The answer

  /// Sends what there is; a whole answer ends the exchange.
  mutating func send(
    _ state: inout ExchangeCore, of exchange: Exchange, in worker: Worker, at moment: Moment
  ) -> HTTP1Answer.Progress {
    if worker.isDraining { keepsAlive = false }
    let progress = answer.send(
      &state, of: exchange, through: &transport, keepsAlive: &keepsAlive, isBodyWhole: body.isComplete,
      loop: worker.loop, buffers: worker.buffers, at: moment)
    if case .whole = progress {
      state.finish(
        .answered, traffic(at: moment.now), of: facts, to: worker.log, at: moment, as: exchange)
    }
    return progress
  }

  /// Nothing can be sent now: the exchange has nothing, or the socket takes nothing.
  private mutating func pause(in worker: Worker, at now: Instant) {
    writeDeadline = .distantFuture
    if answer.isBlocked {
      // The loop says when it takes octets again: each time is progress, and begins the wait anew.
      isWritable = false
      writeDeadline = now + worker.limits.writeTimeout
    }
    armExchangeDeadline(in: worker)
  }

  private mutating func armExchangeDeadline(in worker: Worker) {
    deadline.set(Swift.min(bodyDeadline, writeDeadline), of: token, in: worker.loop)
  }

  private func traffic(at now: Instant) -> RequestTraffic {
    RequestTraffic(
      octetsIn: UInt64(headOctets) + body.pace.octets, octetsOut: answer.octets, bodyWait: body.pace.waited(at: now))
  }

  /// Ends an exchange whose answer did not become whole.
  private mutating func finishExchange(_ ending: Ending, in worker: Worker) {
    guard let exchange = reader?.exchange else { return }
    let moment = worker.moment
    phase = .awaitingHead
    exchange.detach()
    exchange.withState {
      $0.finish(ending, traffic(at: moment.now), of: facts, to: worker.log, at: moment, as: exchange)
    }
    releaseReader(in: worker)
  }

  private mutating func releaseReader(in worker: Worker) {
    guard let taken = reader.take() else { return }
    isHeadUnderWay = false
    taken.reset()
    worker.give(taken)
  }

  // MARK: Lingering

  private mutating func linger(in worker: Worker, at now: Instant) {
    phase = .lingering
    transport.finishWriting()
    deadline.set(lingering.begin(at: now), of: token, in: worker.loop)
  }

  private mutating func drop(in worker: Worker) -> Outcome {
    switch lingering.drop(from: &transport, through: &input, &isReadable, isEnding: isEnding, in: worker) {
    case .waits: return .goesOn
    case .yields:
      worker.loop.post(token)
      return .goesOn
    case .over: return .ends
    }
  }
}
