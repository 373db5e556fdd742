import Bytes
import EventLoop
import HTTP
import TLS
import Telemetry
import Time

/// The state of one HTTP/2 connection of a client (RFC 9113): up to 128 requests at once, whose answers share one
/// output. Octets are read while there is room for what they are answered with.
struct HTTP2SessionCore: ~Copyable {
  enum Outcome { case goesOn, ends }

  enum Phase {
    case open
    /// The last frames are in the output; they leave, and what the client still sends is dropped.
    case ending
    case lingering
    case closed
  }

  /// How long the rest of a request is waited for whose answer is whole.
  static let lateBody = Nanoseconds.seconds(2)
  /// A stream of which something is noted when the kernel has the output up to there.
  struct Unsent {
    var slot: Int
    var id: UInt32
    var end: UInt64
  }

  /// How often fills that go on without their client are looked at.
  private static let fillLook = Nanoseconds.seconds(1)
  /// Octets read in one turn.
  private static let readPerTurn = 65_536
  /// What a read counts for at least: over TLS one may bring nothing.
  private static let leastRead = 1_024

  var transport: Transport
  var connection: HTTP2Connection
  var encoder = ResponseHeadEncoder()
  let peer: Address
  let listener: WorkerListener
  var facts: ConnectionFacts
  /// Of the listener, as `facts` have it.
  var factsRevision: Int
  var token = EventToken.none
  var phase = Phase.open
  /// By slot.
  var streams: [ServedStream] = []
  /// Streams that were reset, and whose fill still asks an origin on their behalf: their places are not free.
  var leftFills: [(slot: Int, feeder: FillFeeder)] = []
  var input: Buffer
  /// A field block before it is framed.
  var block = Buffer()
  /// Frames on their way to the client.
  var output = Buffer()
  /// Between two events, where a head is under way.
  private var reader: HTTP2Reader?
  /// Streams whose head or end is in the output, to be noted when the kernel has it.
  var unsent: [Unsent] = []
  /// Octets of the output that were given to the transport, and how many of them the kernel has for certain.
  var written: UInt64 = 0
  var delivered: UInt64 = 0
  /// A head was encoded and could not be framed: the client's table is another than ours from now on.
  var hasLostHead = false
  var lingering = Lingering()
  var deadline = Deadline()
  /// When the first settings, or the rest of a head, must have come.
  private var headDeadline = Instant.distantFuture
  /// When an idle connection is closed.
  private var idleDeadline = Instant.distantFuture
  /// Until when the client must have taken more of the output.
  var writeDeadline = Instant.distantFuture
  var isReadable = false
  var isWritable = true
  /// Some stream found no room in the output: all are served again when there is some.
  var isWanting = false
  /// The kernel said that the client ended its side: a short read does not mean that nothing is left.
  var isEnding = false
  var isBroken = false
  /// Whether the drain's second step is to be, or was, made.
  private var hasDrained = false

  init(
    _ transport: consuming Transport, input: consuming Buffer, facts: ConnectionFacts, peer: Address,
    listener: WorkerListener, in worker: Worker
  ) {
    connection = HTTP2Connection(limits: worker.limits.http2, scheme: facts.scheme)
    self.transport = transport
    self.input = input
    (self.facts, self.peer, self.listener) = (facts, peer, listener)
    factsRevision = listener.revision
  }

  var isIdle: Bool { phase == .open && !isServing && !connection.isHeadUnderWay && output.isEmpty }

  /// Whether a client waits for something: fills that go on for the cache are not its business any more.
  private var isServing: Bool { connection.count > leftFills.count }

  mutating func start(_ token: EventToken, in worker: Worker) {
    self.token = token
    headDeadline = worker.loop.now + worker.limits.headTimeout
    worker.buffers.supply(&output, .small)
    connection.start(into: &output)
    if worker.isDraining { connection.beginDrain(into: &output) }
  }

  mutating func note(_ readiness: Readiness) {
    if readiness.contains(.readable) { isReadable = true }
    if readiness.contains(.writable) {
      isWritable = true
      // Each time is progress, and begins the wait anew.
      writeDeadline = .distantFuture
    }
    if readiness.contains(.ended) { isEnding = true }
    if readiness.contains(.broken) { isBroken = true }
  }

  /// A request has come: the connection is not idle.
  mutating func noteRequest() { idleDeadline = .distantFuture }

  // MARK: A turn

  /// Goes as far as the socket and the exchanges allow.
  ///
  /// - Parameter news: streams whose exchanges have something to be pulled.
  mutating func advance(news: [UInt32], for session: HTTP2Session, in worker: Worker) -> Outcome {
    switch phase {
    case .closed: return .goesOn
    case .lingering: return drop(in: worker)
    case .open, .ending: break
    }
    if isBroken, !isReadable { return .ends }
    if !leftFills.isEmpty { releaseLeftFills(in: worker) }
    let moment = worker.moment
    if isWanting, isWritable, write(in: worker) == .done {
      isWanting = false
      noteSent(in: worker)
      for slot in streams.indices { serve(slot, for: session, in: worker, at: moment) }
    }
    for id in news {
      if let slot = connection.slot(of: id) { serve(slot, for: session, in: worker, at: moment) }
    }
    let reader = self.reader.take() ?? worker.takeHTTP2Reader()
    var outcome = readAndSend(with: reader, for: session, in: worker, at: moment)
    if hasLostHead, phase == .open {
      fail(HTTP2Failure(.internalError, "an answer's head could not be sent"), in: worker, at: moment)
      _ = connection.fail(HTTP2Failure(.internalError, "an answer's head could not be sent"), into: &output)
      outcome = readAndSend(with: reader, for: session, in: worker, at: moment)
    }
    if connection.isHeadUnderWay { self.reader = consume reader } else { worker.give(consume reader) }
    guard outcome == .goesOn, phase != .lingering else { return outcome }
    rest(in: worker, at: moment.now)
    return .goesOn
  }

  private mutating func readAndSend(
    with reader: HTTP2Reader, for session: HTTP2Session, in worker: Worker, at moment: Moment
  ) -> Outcome {
    var budget = Self.readPerTurn
    while true {
      guard process(with: reader, for: session, in: worker, at: moment) else { return .ends }
      if phase == .ending {
        guard send(for: session, in: worker, at: moment) else { return .ends }
        if output.isEmpty, !transport.hasPending { return linger(in: worker, at: moment.now) }
        return .goesOn
      }
      // What came together is answered together.
      if isReadable, budget > 0, output.isEmpty || output.room >= HTTP2Connection.replyRoom {
        switch read(in: worker) {
        case .octets(let count):
          budget -= Swift.max(count, Self.leastRead)
          continue
        case .wouldBlock: break
        case .end: return .ends
        }
      }
      guard send(for: session, in: worker, at: moment) else { return .ends }
      if isReadable, !isBlocked {
        if budget > 0 { continue }
        worker.loop.post(token)
      }
      return .goesOn
    }
  }

  private enum ReadProgress {
    case octets(Int)
    case wouldBlock, end
  }

  private mutating func read(in worker: Worker) -> ReadProgress {
    worker.buffers.supply(&input, .small)
    if input.room == 0 {
      input.compact()
      // A frame that was begun fits a large one.
      if input.room == 0, !worker.buffers.enlarge(&input) { return .end }
    }
    switch transport.read(into: &input, buffers: worker.buffers) {
    case .octets(let count, let drained):
      if drained, !isEnding { isReadable = false }
      return .octets(count)
    case .wouldBlock:
      isReadable = false
      return .wouldBlock
    case .end, .failed: return .end
    }
  }

  /// Looks at what was read, as far as there is room for what it is answered with.
  ///
  /// - Returns: `false` where the connection broke.
  private mutating func process(
    with reader: HTTP2Reader, for session: HTTP2Session, in worker: Worker, at moment: Moment
  ) -> Bool {
    guard !input.isEmpty, phase == .open else { return true }
    // Taken out of the state, which events change.
    var input = Buffer()
    swap(&input, &self.input)
    defer { swap(&input, &self.input) }
    var position = 0
    defer {
      input.consume(position)
      if input.isEmpty { worker.buffers.reclaim(&input) }
    }
    return reader.withHead { (head: inout RequestHeadReader) -> Bool in
      while phase == .open {
        worker.buffers.supply(&output, .small)
        if output.room < HTTP2Connection.replyRoom {
          guard makeRoom(HTTP2Connection.replyRoom, in: worker) else { return !isBroken }
        }
        let event = connection.next(
          input.readable, from: &position, reader: &head, output: &output, buffers: worker.buffers, at: moment.now)
        if event == .more { return true }
        if event == .full { continue }
        handle(event, head, input.readable, for: session, in: worker, at: moment)
      }
      return true
    }
  }

  private mutating func handle(
    _ event: HTTP2Event, _ head: borrowing RequestHeadReader, _ input: Span<UInt8>, for session: HTTP2Session,
    in worker: Worker, at moment: Moment
  ) {
    switch event {
    case .more, .full: break
    case .malformedHead: listener.counters.count(.malformedHead)
    case .request(let slot, let isEnded):
      begin(slot, head, isEnded: isEnded, for: session, in: worker, at: moment)
    case .refused(let slot, let error):
      listener.counters.count(error.status == 414 || error.status == 431 ? .headTooLarge : .malformedHead)
      refuse(slot, error, in: worker, at: moment)
      serve(slot, for: session, in: worker, at: moment)
    case .body(let slot, let range, let isEnded):
      takeBody(input.extracting(range), isEnded: isEnded, of: slot, in: worker, at: moment.now)
      serve(slot, for: session, in: worker, at: moment)
    case .ended(let slot):
      endBody(of: slot)
      serve(slot, for: session, in: worker, at: moment)
    case .reset(let slot, let reset):
      if case .malformed = reset { listener.counters.count(.http2Error) }
      if streams[slot].exchange == nil {
        release(slot, in: worker)
      } else {
        leave(slot, .clientGone, in: worker, at: moment)
      }
    case .over(let slot):
      // Where its answer is still in the output it is released with it.
      if streams[slot].exchange == nil { release(slot, in: worker) }
    case .opened: reopen(at: moment.now)
    case .drainHeard: endDrain(in: worker)
    case .failed(let failure): fail(failure, in: worker, at: moment)
    }
  }

  /// The connection ends for its client's fault.
  mutating func fail(_ failure: HTTP2Failure, in worker: Worker, at moment: Moment) {
    listener.counters.count(failure.flood.map(ListenerEvent.init) ?? .http2Error)
    phase = .ending
    for slot in streams.indices where streams[slot].exchange != nil {
      leave(slot, .clientGone, in: worker, at: moment)
    }
  }

  // MARK: Time

  /// What the connection waits for, and what it needs meanwhile.
  private mutating func rest(in worker: Worker, at now: Instant) {
    let limits = worker.limits
    if output.isEmpty { worker.buffers.reclaim(&output) }
    worker.buffers.reclaim(&block)
    if connection.isHeadUnderWay || !connection.isSettled || (!input.isEmpty && !isBlocked) {
      if headDeadline == .distantFuture { headDeadline = now + limits.headTimeout }
    } else {
      headDeadline = .distantFuture
    }
    if !isBlocked {
      writeDeadline = .distantFuture
    } else if writeDeadline == .distantFuture {
      writeDeadline = now + limits.writeTimeout
    }
    if !isServing {
      if idleDeadline == .distantFuture { idleDeadline = now + limits.keepAlive }
      if output.isEmpty {
        if input.isEmpty { worker.buffers.reclaim(&input) }
        transport.releaseBuffers(to: worker.buffers)
      }
      if phase == .open, hasDrained || connection.isPeerLeaving {
        phase = .ending
        worker.loop.post(token)
      }
    } else {
      idleDeadline = .distantFuture
    }
    var next = Swift.min(headDeadline, idleDeadline, writeDeadline)
    if !leftFills.isEmpty { next = Swift.min(next, now + Self.fillLook) }
    // While the client takes nothing, that alone counts.
    for slot in streams.indices where !isBlocked {
      guard streams[slot].id != 0, !streams[slot].isEnded || streams[slot].exchange == nil else { continue }
      next = Swift.min(next, streams[slot].bodyDeadline)
      let stalled = streams[slot].stalledSince
      if stalled != .distantFuture { next = Swift.min(next, stalled + limits.writeTimeout) }
    }
    deadline.set(next, of: token, in: worker.loop)
  }

  mutating func timerFired(for session: HTTP2Session, in worker: Worker) -> Outcome {
    guard deadline.hasCome(of: token, in: worker.loop) else { return .goesOn }
    let moment = worker.moment
    let now = moment.now
    switch phase {
    case .closed: return .goesOn
    case .lingering, .ending: return .ends
    case .open: break
    }
    if writeDeadline <= now {
      for slot in streams.indices where streams[slot].exchange != nil {
        leave(slot, .clientTimedOut, in: worker, at: moment)
      }
      return .ends
    }
    if headDeadline <= now {
      listener.counters.count(.headTimedOut)
      return .ends
    }
    if idleDeadline <= now {
      endDrain(in: worker)
      phase = .ending
    } else {
      lookAtStreams(for: session, in: worker, at: moment)
    }
    return advance(news: [], for: session, in: worker)
  }

  // MARK: Ending

  mutating func beginDrain(in worker: Worker) {
    guard phase == .open, makeRoom(HTTP2Connection.replyRoom, in: worker) else { return }
    connection.beginDrain(into: &output)
  }

  /// The client knows that its next requests are for another connection.
  mutating func endDrain(in worker: Worker) {
    guard phase == .open, !hasDrained, makeRoom(HTTP2Connection.replyRoom, in: worker) else { return }
    hasDrained = true
    connection.endDrain(into: &output)
  }

  /// Gives everything back; the exchanges learn that their client is gone.
  ///
  /// - Parameter ending: of the exchanges that are under way, unless they know better.
  mutating func close(_ ending: Ending, in worker: Worker) {
    guard phase != .closed else { return }
    let moment = worker.moment
    phase = .closed
    for slot in streams.indices where streams[slot].exchange != nil { leave(slot, ending, in: worker, at: moment) }
    leftFills = []
    deadline.cancel(in: worker.loop)
    if let reader = reader.take() { worker.give(consume reader) }
    worker.buffers.reclaim(&input)
    worker.buffers.reclaim(&block)
    worker.buffers.reclaim(&output)
    transport.close()
    transport.releaseBuffers(to: worker.buffers)
    worker.loop.remove(token)
  }
}
