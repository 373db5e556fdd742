import Bytes
import EventLoop
import HTTP
import TLS
import Telemetry
import Time

/// What a session reads: heads and bodies.
extension HTTP1SessionCore {
  // MARK: Head

  enum HeadProgress {
    /// Octets are missing, or it is another connection's turn.
    case missing
    /// The exchange has begun, and its answer was sent as far as that goes at once; `nil` where a body is read first.
    case begun(HTTP1Answer.Progress?)
    case refused(HeadError)
    case ended
  }

  mutating func readHead(
    with reader: HTTP1Reader, for session: HTTP1Session, in worker: Worker, at moment: Moment
  ) -> HeadProgress {
    let loop = worker.loop
    var budget = Self.readPerTurn
    while true {
      if !input.isEmpty {
        if !isHeadUnderWay { (isHeadUnderWay, headBegan) = (true, moment.now) }
        do throws(HeadError) {
          if let progress = try parseHead(with: reader, in: worker, at: moment) { return progress }
        } catch {
          return .refused(error)
        }
      }
      guard isReadable else {
        if isHeadUnderWay {
          deadline.set(headBegan + worker.limits.headTimeout, of: token, in: loop)
        } else {
          rest(in: worker, at: moment.now)
        }
        return .missing
      }
      guard budget > 0 else {
        loop.post(token)
        return .missing
      }
      worker.buffers.supply(&input, .small)
      if input.room == 0 {
        input.compact()
        if input.room == 0, !worker.buffers.enlarge(&input) { return .refused(.sectionTooLarge) }
      }
      switch transport.read(into: &input, buffers: worker.buffers) {
      case .octets(let count, let drained):
        budget -= Swift.max(count, Self.leastRead)
        if drained, !isEnding { isReadable = false }
      case .wouldBlock: isReadable = false
      case .end:
        if !input.isEmpty { listener.counters.count(.headCutShort) }
        return .ended
      case .failed: return .ended
      }
    }
  }

  /// `nil` where octets are missing. The exchange begins, and the answer of most leaves, while parser and exchange are
  /// at hand: each of them is reached by one dynamic check of exclusivity.
  private mutating func parseHead(
    with reader: HTTP1Reader, in worker: Worker, at moment: Moment
  ) throws(HeadError) -> HeadProgress? {
    // Taken out of the session's state, which the closure changes.
    var input = Buffer()
    swap(&input, &self.input)
    defer { swap(&input, &self.input) }
    var progress: HTTP1Answer.Progress?
    let isWhole = try reader.readHead(input) { head in
      if factsRevision != listener.revision { renewFacts() }
      phase = .exchanging
      (isHeadUnderWay, hasRested) = (false, false)
      keepsAlive = head.keepsAlive
      headOctets = head.length
      body.begin(head.framing, at: moment.now, expectsContinue: head.expectsContinue)
      answer.begin(version: head.version, isHEAD: head.method == .head)
      (bodyDeadline, writeDeadline) = (.distantFuture, .distantFuture)
      reader.exchange.withState { state in
        state.begin(
          head, input.readable, of: facts, began: headBegan, in: worker.snapshot, at: moment, as: reader.exchange)
        if body.isComplete, !isBroken { progress = send(&state, of: reader.exchange, in: worker, at: moment) }
      }
    }
    guard isWhole else {
      if reader.isIdle {
        // An empty line behind a body (RFC 9112 §2.2) begins no request.
        reader.reset()
        input.clear()
        isHeadUnderWay = false
      }
      return nil
    }
    input.consume(headOctets)
    return .begun(progress)
  }

  /// Between two requests: nothing is held but the connection itself.
  private mutating func rest(in worker: Worker, at now: Instant) {
    let loop = worker.loop
    worker.buffers.reclaim(&input)
    answer.release(to: worker.buffers)
    transport.releaseBuffers(to: worker.buffers)
    // Once for each request: who then sends less than an octet of a head (an empty line, a part of a TLS record) gains
    // nothing.
    guard !hasRested || deadline.instant == .distantFuture else { return }
    hasRested = true
    deadline.set(now + worker.limits.keepAlive, of: token, in: loop)
  }

  /// Answers a head that could not be read, then closes.
  mutating func refuse(
    _ status: UInt16, why: String, with reader: HTTP1Reader, for session: HTTP1Session, in worker: Worker,
    at moment: Moment
  ) {
    phase = .exchanging
    isHeadUnderWay = false
    keepsAlive = false
    reader.reset()
    body.begin(.none, at: moment.now, expectsContinue: false)
    body.abandon()
    headOctets = input.count
    (bodyDeadline, writeDeadline) = (.distantFuture, .distantFuture)
    answer.begin(version: .http11, isHEAD: false)
    let exchange = reader.exchange
    exchange.attach(to: session, id: 0)
    exchange.withState {
      $0.refuse(status, why: why, began: headBegan, in: worker.snapshot, at: moment)
    }
  }

  // MARK: Body

  /// Reads as much of the body as the exchange has room for.
  mutating func takeBody(into exchange: Exchange, in worker: Worker, at now: Instant) {
    bodyDeadline = .distantFuture
    guard !body.isComplete else { return }
    var budget = Self.readPerTurn
    while !body.isComplete, !body.isAbandoned {
      if let deadline = body.pace.continueDeadline {
        // A client that sends without being asked needs no asking.
        guard exchange.withState({ $0.asksForBody }) || !input.isEmpty else {
          bodyDeadline = deadline
          return
        }
        if input.isEmpty { askForBody(in: worker) } else { body.pace.askedForBody() }
      }
      let room = exchange.withState { $0.bodyRoom }
      guard room > 0, budget > 0 else {
        if budget <= 0 { worker.loop.post(token) }
        return body.pace.notWaiting(at: now)
      }
      if input.isEmpty {
        guard let count = readBodyOctets(of: exchange, in: worker, at: now) else { return }
        budget -= Swift.max(count, Self.leastRead)
        continue
      }
      body.pace.notWaiting(at: now)
      do throws(BodyError) { try decodeBody(into: exchange, atMost: room) } catch {
        return bodyFailed(.malformed(error), of: exchange)
      }
      if exchange.withState({ $0.refusesBody }) {
        body.abandon()
        keepsAlive = false
        return
      }
    }
    if input.isEmpty { worker.buffers.reclaim(&input) }
  }

  /// `nil`: there is nothing now, or never.
  private mutating func readBodyOctets(of exchange: Exchange, in worker: Worker, at now: Instant) -> Int? {
    guard isReadable else {
      worker.buffers.reclaim(&input)
      body.pace.waiting(at: now)
      bodyDeadline = body.pace.deadline(at: now, limits: worker.limits)
      return nil
    }
    worker.buffers.supply(&input, .large)
    switch transport.read(into: &input, buffers: worker.buffers) {
    case .octets(let count, let drained):
      if drained, !isEnding { isReadable = false }
      return count
    case .wouldBlock:
      isReadable = false
      return 0
    case .end, .failed:
      isReadable = false
      isBroken = true
      bodyFailed(.cutShort, of: exchange)
      return nil
    }
  }

  /// Reads what is in the buffer; the end of a body by its length is told with its last octet.
  private mutating func decodeBody(into exchange: Exchange, atMost room: Int) throws(BodyError) {
    var position = 0
    while true {
      switch try body.read(input, from: &position, atMost: room) {
      case .octets(let range): exchange.withState { $0.body(input.readable.extracting(range)) }
      case .end:
        input.consume(position)
        return exchange.withState { $0.bodyEnded() }
      case .more: return input.consume(position)
      }
    }
  }

  mutating func askForBody(in worker: Worker) {
    body.pace.askedForBody()
    answer.appendContinue(buffers: worker.buffers)
  }

  mutating func bodyFailed(_ failure: RequestBodyFailure, of exchange: Exchange) {
    exchange.withState { $0.bodyFailed(failure) }
    body.abandon()
    keepsAlive = false
  }
}
