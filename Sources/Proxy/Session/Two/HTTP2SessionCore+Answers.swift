import Bytes
import EventLoop
import HTTP
import TLS
import Telemetry
import Time

/// What a connection's streams are answered: pulled out of their exchanges into one output, and given to the kernel.
extension HTTP2SessionCore {
  /// Octets of the output in one turn.
  private static let octetsPerTurn = 262_144
  /// A body that is whole and no longer leaves with its head, whatever else waits: to set it in order costs more.
  private static let smallBody = 4_096
  /// Less room than this is not worth a frame.
  private static let leastFrame = 1_024
  /// What a large output leaves free: a frame's header, and what makes records of it, so that one `send` takes all.
  private static let recordsOverhead = 512
  /// What an answer's head may need in the output, beyond its fields as lines.
  private static let headSlack = 512

  /// A field block beyond it goes into a large buffer.
  private static let smallBlock = BufferSize.small.rawValue / 2
  /// An interim head that needs more is left out.
  private static let interimRoom = 4_096

  /// The client takes no octets at the moment.
  var isBlocked: Bool { !isWritable && (!output.isEmpty || transport.hasPending) }

  // MARK: Heads

  /// Pulls what is new of a stream's answer: its heads, a small body with them; octets of others wait for their turn.
  mutating func serve(_ slot: Int, for session: HTTP2Session, in worker: Worker, at moment: Moment) {
    guard slot < streams.count, let exchange = streams[slot].exchange, !streams[slot].isEnded else { return }
    feed(slot, in: worker, at: moment.now)
    exchange.withState { pull(&$0, slot, as: exchange, in: worker, at: moment) }
    if streams[slot].exchange != nil, !streams[slot].isEnded { exchange.attach(to: session, id: streams[slot].id) }
  }

  mutating func pull(
    _ state: inout ExchangeCore, _ slot: Int, as exchange: Exchange, in worker: Worker, at moment: Moment
  ) {
    state.proceed(at: moment, as: exchange)
    if !streams[slot].isHeadWritten {
      if state.isCut { return cut(slot, in: worker) }
      guard writeHeads(&state, slot, in: worker) else {
        if isBroken { return }
        return armBody(
          slot, isWanted: !streams[slot].isBodyWhole && state.bodyRoom > 0, limits: worker.limits, at: moment.now)
      }
    }
    guard !streams[slot].isEnded else { return }
    if state.isCut { return cut(slot, in: worker) }
    if state.wholeBody == 0 {
      // An end alone needs no window.
      guard makeRoom(HTTP2Connection.replyRoom, in: worker) else { return }
      if connection.data(0, of: slot, endsStream: true, into: &output) { end(slot) }
      return
    }
    connection.setReady(slot, state.hasOctets)
    armBody(slot, isWanted: !streams[slot].isBodyWhole && state.bodyRoom > 0, limits: worker.limits, at: moment.now)
  }

  /// - Returns: whether the answer's head is out.
  private mutating func writeHeads(_ state: inout ExchangeCore, _ slot: Int, in worker: Worker) -> Bool {
    if state.asksForBody, streams[slot].pace.continueDeadline != nil { askForBody(slot, in: worker) }
    while state.hasInterim {
      guard makeRoom(Self.interimRoom, in: worker) else { return false }
      state.takeInterim { status, fields in writeInterim(status, fields, slot, in: worker) }
    }
    guard state.hasHead else { return false }
    let limit = state.answer.fieldBlockLimit + Self.headSlack
    guard limit + Self.smallBody <= BufferSize.large.rawValue else {
      state.abort()
      cut(slot, in: worker)
      return true
    }
    guard makeRoom(limit + Self.smallBody, in: worker) else { return false }
    streams[slot].pace.askedForBody()
    let body = state.wholeBody
    let isHEAD = streams[slot].isHEAD
    let isWritten = state.withHead { head in
      let isBodiless = isHEAD || head.length == .none || body == 0
      guard write(head, slot, endsStream: isBodiless, in: worker) else { return false }
      if isBodiless { end(slot) }
      return true
    }
    guard isWritten else {
      state.abort()
      cut(slot, in: worker)
      return true
    }
    streams[slot].isHeadWritten = true
    if !streams[slot].isEnded, let body, body <= Self.smallBody, body <= connection.room(for: slot),
      connection.data(body, of: slot, endsStream: true, into: &output)
    {
      streams[slot].octets += UInt64(body + 9)
      _ = state.moveBody(to: &output, limit: body)
      end(slot)
    }
    if !streams[slot].isEnded { note(slot) }
    return true
  }

  /// Something of a stream is to be noted when the kernel has what stands in the output now.
  private mutating func note(_ slot: Int) {
    unsent.append(Unsent(slot: slot, id: streams[slot].id, end: written + UInt64(output.count)))
  }

  /// All of a stream's answer is in the output.
  private mutating func end(_ slot: Int) {
    streams[slot].isEnded = true
    (streams[slot].stalledSince, streams[slot].bodyDeadline) = (.distantFuture, .distantFuture)
    connection.endSending(slot)
    note(slot)
  }

  /// A stream's answer can't become whole: its client is told so.
  private mutating func cut(_ slot: Int, in worker: Worker) {
    guard makeRoom(HTTP2Connection.replyRoom, in: worker) else { return }
    connection.reset(slot, .internalError, into: &output)
    streams[slot].isEnded = true
    (streams[slot].stalledSince, streams[slot].bodyDeadline) = (.distantFuture, .distantFuture)
    note(slot)
  }

  mutating func askForBody(_ slot: Int, in worker: Worker) {
    guard !streams[slot].isHeadWritten, makeRoom(Self.interimRoom, in: worker) else { return }
    streams[slot].pace.askedForBody()
    writeInterim(100, FieldBlock(), slot, in: worker)
  }

  private mutating func writeInterim(_ status: UInt16, _ fields: borrowing FieldBlock, _ slot: Int, in worker: Worker) {
    // One that does not fit is no loss; after it is encoded it has to leave.
    guard fields.octets.count + 16 * fields.slots.count + Self.headSlack <= output.room else { return }
    worker.buffers.supply(&block, .large)
    tellTableSize()
    do throws(WriteError) { try encoder.interim(status: status, fields: fields, into: &block) } catch { return }
    frameBlock(slot, endsStream: false)
  }

  private mutating func write(_ head: borrowing AnswerHead, _ slot: Int, endsStream: Bool, in worker: Worker) -> Bool {
    let length: UInt64? = if case .octets(let count) = head.length { count } else { nil }
    let size: BufferSize = head.fieldBlockLimit < Self.smallBlock ? .small : .large
    if size == .large { _ = worker.buffers.enlarge(&block) }
    worker.buffers.supply(&block, size)
    tellTableSize()
    do throws(WriteError) {
      try head.withStoredFields { (stored) throws(WriteError) in
        try encoder.response(
          status: head.status, stored: stored, added: head.added, length: length, ownLimit: OwnFields.octetLimit,
          into: &block
        ) { head.own.writeLiterals(to: &$0) }
      }
    } catch {
      if error == .coderFailed { hasLostHead = true }
      return false
    }
    return frameBlock(slot, endsStream: endsStream)
  }

  private mutating func tellTableSize() {
    guard let (smallest, last) = connection.takeTableSize() else { return }
    encoder.setTableLimit(smallest)
    if last != smallest { encoder.setTableLimit(last) }
  }

  /// Puts the field block into the output.
  @discardableResult private mutating func frameBlock(_ slot: Int, endsStream: Bool) -> Bool {
    let before = output.count
    // Taken out of the state, which the connection is a part of.
    var block = Buffer()
    swap(&block, &self.block)
    let isWritten = connection.head(block.readable, of: slot, endsStream: endsStream, into: &output)
    block.clear()
    swap(&block, &self.block)
    streams[slot].octets += UInt64(output.count - before)
    if !isWritten { hasLostHead = true }
    return isWritten
  }

  // MARK: Bodies

  /// Fills the output with the octets of answers, in the order of their priorities, and gives it to the kernel, up to
  /// a turn's share.
  ///
  /// - Returns: `false` where the connection broke.
  mutating func send(for session: HTTP2Session, in worker: Worker, at moment: Moment) -> Bool {
    var budget = Self.octetsPerTurn
    while phase == .open, !isBlocked, let slot = connection.nextToSend() {
      guard budget > 0 else {
        worker.loop.post(token)
        break
      }
      guard makeRoom(Self.leastFrame + Self.recordsOverhead, in: worker, large: true) else { break }
      let limit = Swift.min(connection.room(for: slot), output.room - Self.recordsOverhead)
      budget -= frame(slot, limit: limit, for: session, in: worker, at: moment)
    }
    noteStalls(at: moment.now)
    let progress = write(in: worker)
    noteSent(in: worker)
    return progress != .failed
  }

  /// Puts a DATA frame of a stream into the output.
  ///
  /// - Returns: its octets, 1 or more.
  private mutating func frame(
    _ slot: Int, limit: Int, for session: HTTP2Session, in worker: Worker, at moment: Moment
  ) -> Int {
    guard let exchange = streams[slot].exchange else {
      connection.setReady(slot, false)
      return 1
    }
    var count = 0
    exchange.withState { state in
      state.gathered.removeAll()
      let supply = state.gather(limit: limit)
      count = state.gathered.octets
      guard supply != .cut else { return cut(slot, in: worker) }
      let isLast = supply == .last
      guard count > 0 || isLast, connection.data(count, of: slot, endsStream: isLast, into: &output) else {
        return connection.setReady(slot, false)
      }
      streams[slot].octets += UInt64(count + 9)
      streams[slot].stalledSince = .distantFuture
      var index = 0
      while let slice = state.gathered[index] {
        slice.withSpan { _ = output.append($0) }
        index += 1
      }
      state.gathered.removeAll()
      state.consumed(count)
      if isLast {
        end(slot)
      } else {
        state.proceed(at: moment, as: exchange)
        connection.setReady(slot, state.hasOctets)
      }
    }
    if streams[slot].exchange != nil, !streams[slot].isEnded { exchange.attach(to: session, id: streams[slot].id) }
    return Swift.max(1, count)
  }

  /// Windows were opened: what was shut in by them may go.
  mutating func reopen(at now: Instant) {
    for slot in streams.indices where streams[slot].stalledSince != .distantFuture && !connection.isStalled(slot) {
      streams[slot].stalledSince = .distantFuture
    }
  }

  private mutating func noteStalls(at now: Instant) {
    for slot in streams.indices where streams[slot].exchange != nil && !streams[slot].isEnded {
      if connection.isReady(slot), connection.isStalled(slot) {
        if streams[slot].stalledSince == .distantFuture { streams[slot].stalledSince = now }
      } else {
        streams[slot].stalledSince = .distantFuture
      }
    }
  }

  // MARK: The kernel

  enum WriteProgress { case done, blocked, failed }

  /// Sees that the output has so much room, if need be by giving the kernel what is in it.
  ///
  /// - Returns: `false` where the kernel takes no more for now, or the connection broke.
  mutating func makeRoom(_ octets: Int, in worker: Worker, large: Bool = false) -> Bool {
    worker.buffers.supply(&output, large ? .large : .small)
    if output.room >= octets { return true }
    output.compact()
    if output.room >= octets { return true }
    if worker.buffers.enlarge(&output), output.room >= octets { return true }
    if write(in: worker) == .done, output.room >= octets { return true }
    isWanting = true
    return false
  }

  /// Gives the output to the kernel.
  @discardableResult mutating func write(in worker: Worker) -> WriteProgress {
    while true {
      if transport.hasPending {
        switch transport.flush() {
        case .octets: isWritable = true
        case .wouldBlock:
          isWritable = false
          return .blocked
        case .failed:
          isBroken = true
          return .failed
        }
      }
      delivered = written
      guard !output.isEmpty else {
        output.clear()
        return .done
      }
      switch transport.write(&output, worker.noSlices, buffers: worker.buffers) {
      case .octets(let count):
        written += UInt64(count)
        continue
      case .wouldBlock:
        isWritable = false
        return .blocked
      case .failed:
        isBroken = true
        return .failed
      }
    }
  }

  /// The kernel has all that was in the output: heads are answered, and whole answers end their exchanges.
  mutating func noteSent(in worker: Worker) {
    guard !unsent.isEmpty else { return }
    guard unsent[0].end <= delivered else { return }
    let now = worker.loop.readClock()
    let moment = worker.moment
    var index = 0
    while index < unsent.count, unsent[index].end <= delivered {
      let (slot, id) = (unsent[index].slot, unsent[index].id)
      if streams[slot].id == id { settle(slot, answeredAt: now, in: worker, at: moment) }
      index += 1
    }
    if index == unsent.count {
      unsent.removeAll(keepingCapacity: true)
    } else {
      unsent.removeFirst(index)
    }
  }

  // MARK: Time

  /// What clients did not send or take in time.
  mutating func lookAtStreams(for session: HTTP2Session, in worker: Worker, at moment: Moment) {
    let now = moment.now
    for slot in streams.indices {
      if streams[slot].exchange == nil, streams[slot].id != 0, streams[slot].bodyDeadline <= now {
        release(slot, in: worker)
      }
      guard let exchange = streams[slot].exchange, !streams[slot].isEnded else { continue }
      if streams[slot].stalledSince != .distantFuture, now - streams[slot].stalledSince >= worker.limits.writeTimeout {
        guard makeRoom(HTTP2Connection.replyRoom, in: worker) else { continue }
        if let failure = connection.stalled(slot, at: now, into: &output) {
          return fail(failure, in: worker, at: moment)
        }
        leave(slot, .clientTimedOut, in: worker, at: moment)
      } else if streams[slot].bodyDeadline <= now {
        if streams[slot].pace.continueDeadline != nil {
          askForBody(slot, in: worker)
        } else {
          streams[slot].isBodyTold = true
          streams[slot].bodyDeadline = .distantFuture
          exchange.withState { $0.bodyFailed(.tooSlow) }
        }
        serve(slot, for: session, in: worker, at: moment)
      }
    }
  }
}
