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

  private enum Phase {
    case handshaking
    /// Between requests, or within a head.
    case awaitingHead
    case exchanging
    /// The answer is out, the request's body is not: it is read and dropped, so that the answer is read.
    case lingering
    case closed
  }

  /// Answers in one turn.
  private static let answersPerTurn = 32
  private static let readPerTurn = 65_536
  private static let lingeringOctets = 262_144
  private static let lingeringTime = Nanoseconds.seconds(2)

  private var transport: Transport
  private let peer: Address
  private let listener: WorkerListener
  private var facts: ConnectionFacts?
  private var token = EventToken.none
  private var phase: Phase
  private var input = Buffer()
  /// What is taken from a pool at a request's first octet and given back at its end.
  private var reader: HTTP1Reader?
  private var exchange: Exchange?
  private var answer: HTTP1Answer
  private var body = RequestBodyIntake()
  /// The earliest of those that count at the moment.
  private var deadline = Deadline()
  /// Until when the client must have sent more of the body, or is asked for it.
  private var bodyDeadline = Instant.distantFuture
  /// Until when the client must have taken more of the answer.
  private var writeDeadline = Instant.distantFuture
  private var headBegan = Instant.never
  private var headOctets = 0
  private var isReadable = false
  private var isWritable = true
  private var isEnding = false
  private var isBroken = false
  private var keepsAlive = true
  private var lingered = 0

  init(_ transport: consuming Transport, peer: Address, listener: WorkerListener, in worker: Worker) {
    answer = HTTP1Answer(in: worker)
    phase = transport.isTLS ? .handshaking : .awaitingHead
    self.transport = transport
    self.peer = peer
    self.listener = listener
  }

  var descriptor: Int32 { transport.descriptor }
  var isIdle: Bool { phase == .awaitingHead && reader == nil }

  mutating func start(_ token: EventToken, in worker: Worker) {
    self.token = token
    let limits = worker.limits
    deadline.set(
      worker.loop.now + (phase == .handshaking ? limits.handshakeTimeout : limits.headTimeout), of: token,
      in: worker.loop)
    if phase == .awaitingHead { facts = listener.facts(of: peer, serverName: []) }
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
    var answers = 0
    while true {
      switch phase {
      case .handshaking:
        guard let outcome = handshake(in: worker) else { continue }
        return outcome
      case .awaitingHead:
        switch readHead(in: worker) {
        case .missing: return .goesOn
        case .whole: begin(for: session, in: worker)
        case .refused(let error):
          listener.counters.count(error.status == 414 || error.status == 431 ? .headTooLarge : .malformedHead)
          refuse(error.status, why: error.description, for: session, in: worker)
        case .ended: return .ends
        }
      case .exchanging:
        if isBroken, body.isComplete || !isReadable { return .ends }
        takeBody(in: worker)
        guard !answer.isBlocked || isWritable else {
          armExchangeDeadline(in: worker)
          return .goesOn
        }
        switch sendAnswer(in: worker) {
        case .waits: return .goesOn
        case .yields:
          worker.loop.post(token)
          return .goesOn
        case .cut: return .ends
        case .whole:
          finishExchange(.answered, in: worker)
          answers += 1
          if !body.isComplete || !keepsAlive || worker.isDraining {
            // Who has ended already reads no slower for our waiting.
            if isBroken { return .ends }
            linger(in: worker)
          } else {
            phase = .awaitingHead
            guard answers < Self.answersPerTurn else {
              worker.loop.post(token)
              return .goesOn
            }
          }
        }
      case .lingering: return drop(in: worker)
      case .closed: return .goesOn
      }
    }
  }

  mutating func timerFired(for session: HTTP1Session, in worker: Worker) -> Outcome {
    guard deadline.hasCome(of: token, in: worker.loop) else { return .goesOn }
    switch phase {
    case .handshaking:
      listener.counters.count(.handshakeTimedOut)
      return .ends
    case .awaitingHead:
      guard reader != nil else { return .ends }
      listener.counters.count(.headTimedOut)
      refuse(408, why: "the request's head came too slowly", for: session, in: worker)
      return advance(for: session, in: worker)
    case .exchanging:
      let now = worker.loop.now
      if writeDeadline <= now {
        finishExchange(.clientTimedOut, in: worker)
        return .ends
      }
      if let ask = body.continueDeadline, ask <= now {
        askForBody(in: worker)
      } else if bodyDeadline <= now {
        bodyFailed(.tooSlow)
      }
      return advance(for: session, in: worker)
    case .lingering: return .ends
    case .closed: return .goesOn
    }
  }

  /// Gives everything back; the exchange learns that its client is gone.
  mutating func close(_ ending: Ending, in worker: Worker) {
    guard phase != .closed else { return }
    if phase == .exchanging {
      if answer.endsWithConnection { transport.abort() }
      finishExchange(ending, in: worker)
    }
    phase = .closed
    deadline.cancel(in: worker.loop)
    releaseReader(in: worker)
    worker.loop.buffers.reclaim(&input)
    answer.release(to: worker.loop.buffers)
    transport.close()
    transport.releaseBuffers(to: worker.loop.buffers)
    worker.loop.remove(token)
  }

  // MARK: Handshake and head

  /// `nil` when it is done.
  private mutating func handshake(in worker: Worker) -> Outcome? {
    switch transport.handshake(in: worker.loop.buffers) {
    case .wouldBlock: return .goesOn
    case .failed:
      listener.counters.count(.handshakeFailed)
      return .ends
    case .done(let secured):
      facts = listener.facts(of: peer, serverName: Array((secured?.serverName ?? "").utf8))
      phase = .awaitingHead
      isReadable = true
      deadline.set(worker.loop.now + worker.limits.headTimeout, of: token, in: worker.loop)
      return nil
    }
  }

  private enum HeadProgress {
    case missing, whole
    case refused(HeadError)
    case ended
  }

  private mutating func readHead(in worker: Worker) -> HeadProgress {
    let loop = worker.loop
    var budget = Self.readPerTurn
    while true {
      if !input.isEmpty {
        if reader == nil {
          reader = worker.takeReader()
          headBegan = loop.now
        }
        do throws(HeadError) {
          if try reader?.readHead(input) == true { return .whole }
        } catch {
          return .refused(error)
        }
      }
      guard isReadable else {
        if input.isEmpty {
          rest(in: worker)
        } else {
          deadline.set(headBegan + worker.limits.headTimeout, of: token, in: loop)
        }
        return .missing
      }
      guard budget > 0 else {
        loop.post(token)
        return .missing
      }
      loop.buffers.supply(&input, .small)
      if input.room == 0 {
        input.compact()
        if input.room == 0, !loop.buffers.enlarge(&input) { return .refused(.sectionTooLarge) }
      }
      switch transport.read(into: &input, buffers: loop.buffers) {
      case .octets(let count, let drained):
        budget -= count
        if drained, !isEnding { isReadable = false }
      case .wouldBlock: isReadable = false
      case .end:
        if !input.isEmpty { listener.counters.count(.headCutShort) }
        return .ended
      case .failed: return .ended
      }
    }
  }

  /// Between two requests: nothing is held but the connection itself.
  private mutating func rest(in worker: Worker) {
    let loop = worker.loop
    loop.buffers.reclaim(&input)
    answer.release(to: loop.buffers)
    transport.releaseBuffers(to: loop.buffers)
    if deadline.instant == .distantFuture || headBegan != .never {
      deadline.set(loop.now + worker.limits.keepAlive, of: token, in: loop)
      // Once for each request: who then sends less than an octet of a head (a part of a TLS record) gains nothing.
      headBegan = .never
    }
  }

  private mutating func begin(for session: HTTP1Session, in worker: Worker) {
    guard let reader, let facts else { return }
    let exchange = worker.takeExchange()
    self.exchange = exchange
    phase = .exchanging
    let moment = worker.moment
    reader.withHead { head in
      keepsAlive = head.keepsAlive && !worker.isDraining
      body.begin(head.framing, at: moment.now, expectsContinue: head.expectsContinue)
      answer.begin(version: head.version, isHEAD: head.method == .head)
      exchange.begin(
        head, input.readable, facts: facts, stream: session, id: 0, began: headBegan, snapshot: worker.snapshot,
        at: moment)
      headOctets = head.length
      input.consume(head.length)
    }
    (bodyDeadline, writeDeadline) = (.distantFuture, .distantFuture)
    deadline.set(.distantFuture, of: token, in: worker.loop)
  }

  /// Answers a head that could not be read, then closes.
  private mutating func refuse(_ status: UInt16, why: String, for session: HTTP1Session, in worker: Worker) {
    guard let facts else { return }
    let exchange = worker.takeExchange()
    self.exchange = exchange
    phase = .exchanging
    keepsAlive = false
    body.begin(.none, at: worker.loop.now, expectsContinue: false)
    body.abandon()
    headOctets = input.count
    (bodyDeadline, writeDeadline) = (.distantFuture, .distantFuture)
    answer.begin(version: .http11, isHEAD: false)
    exchange.refuse(
      status, why: why, facts: facts, stream: session, id: 0, began: headBegan, snapshot: worker.snapshot,
      at: worker.moment)
  }

  // MARK: The request's body

  /// Reads as much of the body as the exchange has room for.
  private mutating func takeBody(in worker: Worker) {
    bodyDeadline = .distantFuture
    guard !body.isComplete, let exchange else { return }
    var budget = Self.readPerTurn
    while !body.isComplete {
      if body.isAbandoned { return }
      if let deadline = body.continueDeadline {
        // A client that sends without being asked needs no asking.
        guard exchange.asksForBody || !input.isEmpty else {
          bodyDeadline = deadline
          return
        }
        if input.isEmpty { askForBody(in: worker) } else { body.askedForBody() }
      }
      let room = exchange.bodyRoom
      guard room > 0, budget > 0 else {
        if budget <= 0 { worker.loop.post(token) }
        body.notWaiting(at: worker.loop.now)
        return
      }
      if input.isEmpty {
        guard isReadable else {
          worker.loop.buffers.reclaim(&input)
          body.waiting(at: worker.loop.now)
          bodyDeadline = body.deadline(at: worker.loop.now, limits: worker.limits)
          return
        }
        worker.loop.buffers.supply(&input, .large)
        switch transport.read(into: &input, buffers: worker.loop.buffers) {
        case .octets(let count, let drained):
          budget -= count
          if drained, !isEnding { isReadable = false }
        case .wouldBlock: isReadable = false
        case .end, .failed:
          isReadable = false
          isBroken = true
          bodyFailed(.cutShort)
          return
        }
        continue
      }
      body.notWaiting(at: worker.loop.now)
      do throws(BodyError) {
        try readBody(into: exchange, atMost: room)
      } catch {
        bodyFailed(.malformed(error))
        return
      }
      if exchange.refusesBody {
        body.abandon()
        keepsAlive = false
        return
      }
    }
    if input.isEmpty { worker.loop.buffers.reclaim(&input) }
  }

  /// Reads what is in the buffer; the end of a body by its length is told with its last octet.
  private mutating func readBody(into exchange: Exchange, atMost room: Int) throws(BodyError) {
    var position = 0
    while true {
      switch try body.read(input, from: &position, atMost: room) {
      case .octets(let range): exchange.body(input.readable.extracting(range))
      case .end:
        input.consume(position)
        return exchange.bodyEnded()
      case .more: return input.consume(position)
      }
    }
  }

  private mutating func askForBody(in worker: Worker) {
    body.askedForBody()
    answer.appendContinue(buffers: worker.loop.buffers)
  }

  private mutating func bodyFailed(_ failure: RequestBodyFailure) {
    exchange?.bodyFailed(failure)
    body.abandon()
    keepsAlive = false
  }

  // MARK: The answer

  private mutating func sendAnswer(in worker: Worker) -> HTTP1Answer.Progress {
    guard let exchange else { return .cut }
    let progress = answer.send(
      exchange, through: &transport, keepsAlive: &keepsAlive, isBodyWhole: body.isComplete, worker: worker)
    writeDeadline = .distantFuture
    if answer.isBlocked {
      // The loop says when it takes octets again: each time is progress, and begins the wait anew.
      isWritable = false
      writeDeadline = worker.loop.now + worker.limits.writeTimeout
    }
    switch progress {
    case .waits: armExchangeDeadline(in: worker)
    case .yields, .whole, .cut: break
    }
    return progress
  }

  private mutating func armExchangeDeadline(in worker: Worker) {
    deadline.set(Swift.min(bodyDeadline, writeDeadline), of: token, in: worker.loop)
  }

  private mutating func finishExchange(_ ending: Ending, in worker: Worker) {
    guard let exchange else { return }
    self.exchange = nil
    exchange.finish(
      ending, octetsIn: UInt64(headOctets) + body.octets, octetsOut: answer.octets,
      bodyWait: body.waited(at: worker.loop.now), at: worker.moment)
    worker.give(exchange)
    releaseReader(in: worker)
  }

  private mutating func releaseReader(in worker: Worker) {
    guard let taken = reader else { return }
    reader = nil
    worker.give(taken)
  }

  // MARK: Lingering

  private mutating func linger(in worker: Worker) {
    phase = .lingering
    lingered = 0
    transport.finishWriting()
    deadline.set(worker.loop.now + Self.lingeringTime, of: token, in: worker.loop)
  }

  private mutating func drop(in worker: Worker) -> Outcome {
    var budget = Self.readPerTurn
    while isReadable {
      guard budget > 0 else {
        worker.loop.post(token)
        return .goesOn
      }
      input.clear()
      worker.loop.buffers.supply(&input, .small)
      switch transport.read(into: &input, buffers: worker.loop.buffers) {
      case .octets(let count, let drained):
        budget -= count
        lingered += count
        if drained, !isEnding { isReadable = false }
        guard lingered <= Self.lingeringOctets else { return .ends }
      case .wouldBlock: isReadable = false
      case .end, .failed: return .ends
      }
    }
    worker.loop.buffers.reclaim(&input)
    return .goesOn
  }
}
