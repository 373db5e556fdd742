import Bytes
import HTTP
import Telemetry
import Time

/// What a connection's streams ask for.
extension HTTP2SessionCore {
  /// A request's head is whole. Its exchange begins, and what is there of its answer is pulled, in one access.
  mutating func begin(
    _ slot: Int, _ reader: borrowing RequestHeadReader, isEnded: Bool, for session: HTTP2Session, in worker: Worker,
    at moment: Moment
  ) {
    if factsRevision != listener.revision { renewFacts() }
    let exchange = open(slot, isEnded: isEnded, in: worker)
    streams[slot].isHEAD = reader.head.method == .head
    streams[slot].headOctets = reader.head.length
    if !isEnded { streams[slot].pace = BodyPace(at: moment.now, expectsContinue: reader.head.expectsContinue) }
    exchange.withState { state in
      state.begin(
        reader.head, reader.octets.readable, of: facts, began: moment.now, in: worker.snapshot, at: moment,
        as: exchange)
      pull(&state, slot, as: exchange, in: worker, at: moment)
    }
    if !streams[slot].isEnded { exchange.attach(to: session, id: streams[slot].id) }
  }

  /// A head that is answered with an error.
  mutating func refuse(_ slot: Int, _ error: HeadError, in worker: Worker, at moment: Moment) {
    let exchange = open(slot, isEnded: true, in: worker)
    exchange.withState {
      $0.refuse(error.status, why: error.description, began: moment.now, in: worker.snapshot, at: moment)
    }
  }

  private mutating func open(_ slot: Int, isEnded: Bool, in worker: Worker) -> Exchange {
    noteRequest()
    while streams.count <= slot { streams.append(ServedStream()) }
    let exchange = worker.takeExchange()
    streams[slot].id = connection.stream(of: slot)
    streams[slot].exchange = exchange
    (streams[slot].isBodyWhole, streams[slot].isBodyTold) = (isEnded, isEnded)
    return exchange
  }

  private mutating func renewFacts() {
    facts = listener.facts(of: peer, serverName: facts.serverName)
    factsRevision = listener.revision
  }

  // MARK: Bodies

  /// Octets of a request's body, which go on as far as the exchange has room, and are held beyond that.
  mutating func takeBody(
    _ octets: Span<UInt8>, isEnded: Bool, of slot: Int, in worker: Worker, at now: Instant
  ) {
    guard let exchange = streams[slot].exchange else { return }
    streams[slot].pace.octets += UInt64(octets.count)
    streams[slot].pace.askedForBody()
    streams[slot].pace.notWaiting(at: now)
    if isEnded { streams[slot].isBodyWhole = true }
    var taken = streams[slot].isBodyTold ? octets.count : 0
    if taken == 0, streams[slot].held.isEmpty {
      taken = exchange.withState { state in
        let count = Swift.min(state.bodyRoom, octets.count)
        if count > 0 { state.body(octets.extracting(0..<count)) }
        // Nobody will read the rest.
        return state.refusesBody ? octets.count : count
      }
    }
    if taken < octets.count {
      streams[slot].held.append(octets.extracting(taken..<octets.count))
    }
    // There is room for a reply: else nothing had been read.
    if taken > 0 { connection.took(taken, of: slot, into: &output) }
  }

  /// The request's body was whole.
  mutating func endBody(of slot: Int) {
    streams[slot].isBodyWhole = true
    if streams[slot].held.isEmpty { tellBody(of: slot) }
  }

  private mutating func tellBody(of slot: Int) {
    guard !streams[slot].isBodyTold, let exchange = streams[slot].exchange else { return }
    streams[slot].isBodyTold = true
    streams[slot].pace.askedForBody()
    exchange.withState { if !$0.refusesBody { $0.bodyEnded() } }
  }

  /// Hands on what is held, as far as the exchange has room, and says how long the client may take for more.
  mutating func feed(_ slot: Int, in worker: Worker, at now: Instant) {
    guard !streams[slot].isBodyTold, let exchange = streams[slot].exchange else { return }
    var (room, refuses) = exchange.withState { ($0.bodyRoom, $0.refusesBody) }
    while !streams[slot].held.isEmpty, room > 0 || refuses, makeRoom(HTTP2Connection.replyRoom, in: worker) {
      let count = refuses ? streams[slot].held.count : Swift.min(streams[slot].held.count, room)
      if !refuses { streams[slot].held.withFirst(count) { octets in exchange.withState { $0.body(octets) } } }
      streams[slot].held.removeFirst(count)
      connection.took(count, of: slot, into: &output)
      (room, refuses) = exchange.withState { ($0.bodyRoom, $0.refusesBody) }
    }
    if streams[slot].isBodyWhole {
      if streams[slot].held.isEmpty { tellBody(of: slot) }
      return
    }
    // The client is waited for where the exchange could take more of it.
    if !streams[slot].held.isEmpty || refuses { return streams[slot].pace.notWaiting(at: now) }
    if room > 0 { streams[slot].pace.waiting(at: now) } else { streams[slot].pace.notWaiting(at: now) }
  }

  /// When the client has to have sent more of the body, or is asked for it.
  mutating func armBody(_ slot: Int, isWanted: Bool, limits: SessionLimits, at now: Instant) {
    if let deadline = streams[slot].pace.continueDeadline {
      streams[slot].bodyDeadline = deadline
    } else {
      streams[slot].bodyDeadline = isWanted ? streams[slot].pace.deadline(at: now, limits: limits) : .distantFuture
    }
  }
}
