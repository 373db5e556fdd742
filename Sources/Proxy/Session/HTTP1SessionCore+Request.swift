import Bytes
import EventLoop
import HTTP
import TLS
import Telemetry
import Time

/// What a session reads: the handshake, heads and bodies.
extension HTTP1SessionCore {
  // MARK: Handshake and head

  /// `nil` when it is done.
  mutating func handshake(in worker: Worker) -> Outcome? {
    switch transport.handshake(in: worker.loop.buffers) {
    case .wouldBlock: return .goesOn
    case .failed:
      listener.counters.count(.handshakeFailed)
      return .ends
    case .done(let secured):
      learnFacts(serverName: Array((secured?.serverName ?? "").utf8))
      phase = .awaitingHead
      // The first octets may be here already, behind the handshake's.
      isReadable = true
      deadline.set(worker.loop.now + worker.limits.headTimeout, of: token, in: worker.loop)
      return nil
    }
  }

  enum HeadProgress {
    case missing, whole
    case refused(HeadError)
    case ended
  }

  mutating func readHead(in worker: Worker, at now: Instant) -> HeadProgress {
    let loop = worker.loop
    var budget = Self.readPerTurn
    while true {
      if !input.isEmpty {
        if reader == nil {
          reader = worker.takeReader()
          headBegan = now
        }
        do throws(HeadError) {
          if try reader?.readHead(input) == true { return .whole }
        } catch {
          return .refused(error)
        }
      }
      guard isReadable else {
        if input.isEmpty {
          rest(in: worker, at: now)
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
  private mutating func rest(in worker: Worker, at now: Instant) {
    let loop = worker.loop
    loop.buffers.reclaim(&input)
    answer.release(to: loop.buffers)
    transport.releaseBuffers(to: loop.buffers)
    if deadline.instant == .distantFuture || headBegan != .never {
      deadline.set(now + worker.limits.keepAlive, of: token, in: loop)
      // Once for each request: who then sends less than an octet of a head (a part of a TLS record) gains nothing.
      headBegan = .never
    }
  }

  mutating func begin(for session: HTTP1Session, in worker: Worker, at moment: Moment) {
    if factsRevision != listener.revision { learnFacts(serverName: facts?.serverName ?? []) }
    guard let reader, let facts else { return }
    phase = .exchanging
    reader.withHead { head in
      keepsAlive = head.keepsAlive
      body.begin(head.framing, at: moment.now, expectsContinue: head.expectsContinue)
      answer.begin(version: head.version, isHEAD: head.method == .head)
      reader.exchange.begin(
        head, input.readable, facts: facts, stream: session, id: 0, began: headBegan, snapshot: worker.snapshot,
        at: moment)
      headOctets = head.length
      input.consume(head.length)
    }
    (bodyDeadline, writeDeadline) = (.distantFuture, .distantFuture)
    deadline.set(.distantFuture, of: token, in: worker.loop)
  }

  /// Answers a head that could not be read, then closes.
  mutating func refuse(
    _ status: UInt16, why: String, for session: HTTP1Session, in worker: Worker, at moment: Moment
  ) {
    guard let facts, let exchange = reader?.exchange else { return }
    phase = .exchanging
    keepsAlive = false
    body.begin(.none, at: moment.now, expectsContinue: false)
    body.abandon()
    headOctets = input.count
    (bodyDeadline, writeDeadline) = (.distantFuture, .distantFuture)
    answer.begin(version: .http11, isHEAD: false)
    exchange.refuse(
      status, why: why, facts: facts, stream: session, id: 0, began: headBegan, snapshot: worker.snapshot, at: moment)
  }

  // MARK: Body

  /// Reads as much of the body as the exchange has room for.
  mutating func takeBody(in worker: Worker, at now: Instant) {
    bodyDeadline = .distantFuture
    guard !body.isComplete, let exchange = reader?.exchange else { return }
    var budget = Self.readPerTurn
    while !body.isComplete, !body.isAbandoned {
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
        return body.notWaiting(at: now)
      }
      if input.isEmpty {
        guard let count = readBodyOctets(in: worker, at: now) else { return }
        budget -= count
        continue
      }
      body.notWaiting(at: now)
      do throws(BodyError) { try decodeBody(into: exchange, atMost: room) } catch {
        return bodyFailed(.malformed(error))
      }
      if exchange.refusesBody {
        body.abandon()
        keepsAlive = false
        return
      }
    }
    if input.isEmpty { worker.loop.buffers.reclaim(&input) }
  }

  /// `nil`: there is nothing now, or never.
  private mutating func readBodyOctets(in worker: Worker, at now: Instant) -> Int? {
    guard isReadable else {
      worker.loop.buffers.reclaim(&input)
      body.waiting(at: now)
      bodyDeadline = body.deadline(at: now, limits: worker.limits)
      return nil
    }
    worker.loop.buffers.supply(&input, .large)
    switch transport.read(into: &input, buffers: worker.loop.buffers) {
    case .octets(let count, let drained):
      if drained, !isEnding { isReadable = false }
      return count
    case .wouldBlock:
      isReadable = false
      return 0
    case .end, .failed:
      isReadable = false
      isBroken = true
      bodyFailed(.cutShort)
      return nil
    }
  }

  /// Reads what is in the buffer; the end of a body by its length is told with its last octet.
  private mutating func decodeBody(into exchange: Exchange, atMost room: Int) throws(BodyError) {
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

  mutating func askForBody(in worker: Worker) {
    body.askedForBody()
    answer.appendContinue(buffers: worker.loop.buffers)
  }

  mutating func bodyFailed(_ failure: RequestBodyFailure) {
    reader?.exchange.bodyFailed(failure)
    body.abandon()
    keepsAlive = false
  }
}
