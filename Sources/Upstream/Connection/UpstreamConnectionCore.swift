import Bytes
import EventLoop
import HTTP
import TLS
import Time

/// The state of one connection to an origin, and what its transport and its deadline come to.
struct UpstreamConnectionCore: ~Copyable {
  /// What a turn came to, where nothing failed.
  enum Outcome {
    case goesOn
    /// The answer is whole; the connection waits for a next request.
    case rests
    /// The answer is whole; the connection is closed.
    case closes
    /// It ended while it waited for a request, and is closed.
    case endedIdle
  }

  private enum State { case connecting, shaking, resting, exchanging, closed }

  /// Octets read in one turn.
  private static let turnLimit = 65_536
  /// What a read costs of them at least: over TLS it may bring nothing.
  private static let leastRead = 1_024

  private var transport: Transport
  /// Whether there is TLS. Asked of the transport each time, it cost a passed request some 60 instructions.
  private let isSecured: Bool
  private let stack: IdleStack
  private var token = EventToken.none
  private var timeouts: ConnectionTimeouts
  /// Of the pool that it serves.
  private var idleLimit = 0
  private var state = State.connecting
  private var input = Buffer()
  private var output = RequestOutput()
  private var answer = AnswerIntake()
  private var deadline = Deadline()

  private var isReadable = false
  private var isWritable = false
  /// The kernel said that the origin ended its side: a short read does not mean that nothing is left.
  private var isEnding = false
  private var isPaused = false
  /// When the request was given to the kernel whole.
  private var sent = Instant.never
  /// A write that failed. In a call from above it is told in the next turn.
  private var brokenWrite: SystemError?

  init(transport: consuming Transport, stack: IdleStack, timeouts: ConnectionTimeouts) {
    isSecured = transport.isTLS
    self.transport = transport
    self.stack = stack
    self.timeouts = timeouts
  }

  var descriptor: Int32 { transport.descriptor }
  var hasNews: Bool { transport.hasNews }
  func isReady(in loop: EventLoop) -> Bool { loop.isReady(token) }

  mutating func registered(as token: EventToken, in loop: EventLoop) {
    self.token = token
    deadline.set(loop.now + timeouts.connect, of: token, in: loop)
  }

  // MARK: Called by the fetch

  mutating func begin(_ request: borrowing OriginRequest, of pool: OriginPool, in loop: EventLoop) {
    (timeouts, idleLimit) = (pool.timeouts, pool.idleLimit)
    (isPaused, sent) = (false, .never)
    answer.begin(answerTo: request.method)
    do throws(WriteError) { try output.begin(request, from: loop.buffers) } catch {
      // A request that can't be written was refused before: told in the next turn like a write that failed.
      brokenWrite = SystemError(error.description, code: 0)
      return loop.post(token)
    }
    guard state == .resting else { return }
    state = .exchanging
    flush(in: loop)
    armDeadline(in: loop)
  }

  // Inline always: a getter is lent a copy of the whole state.
  var bodyRoom: Int { @inline(__always) get { state == .exchanging && brokenWrite == nil ? output.room : 0 } }

  mutating func send(_ octets: Span<UInt8>, in loop: EventLoop) {
    guard octets.count <= bodyRoom, output.append(octets, from: loop.buffers) else { return }
    flush(in: loop)
    armDeadline(in: loop)
  }

  mutating func finishRequest(in loop: EventLoop) {
    output.finish(from: loop.buffers)
    guard state == .exchanging else { return }
    flush(in: loop)
    armDeadline(in: loop)
  }

  mutating func resume(in loop: EventLoop) {
    guard isPaused else { return }
    isPaused = false
    armDeadline(in: loop)
    loop.post(token)
  }

  mutating func close(in loop: EventLoop) {
    guard state != .closed else { return }
    // A request under way is never finished, and its origin not told that it were.
    if state == .resting { transport.close() }
    state = .closed
    deadline.cancel(in: loop)
    loop.buffers.reclaim(&input)
    output.clear(to: loop.buffers)
    loop.remove(token)
    transport.disconnect(to: loop.buffers)
  }

  // MARK: Called by the loop

  mutating func ready(
    _ readiness: Readiness, for fetch: Fetch?, in loop: EventLoop
  ) throws(UpstreamFailure) -> Outcome {
    if readiness.contains(.readable) { isReadable = true }
    if readiness.contains(.ended) { isEnding = true }
    if readiness.contains(.writable) { isWritable = true }
    switch state {
    case .closed: return .goesOn
    case .resting: return isReadable ? rest(in: loop) : .goesOn
    case .connecting:
      if let error = transport.connectionError { throw UpstreamFailure(connecting: error) }
      guard isWritable else { return .goesOn }
      state = .shaking
      guard try shake(for: fetch, in: loop) else { return .goesOn }
    case .shaking: guard try shake(for: fetch, in: loop) else { return .goesOn }
    case .exchanging: break
    }
    return try turn(for: fetch, in: loop)
  }

  /// Goes on with the TLS handshake; in cleartext there is none. Whether the request's turn has come.
  private mutating func shake(for fetch: Fetch?, in loop: EventLoop) throws(UpstreamFailure) -> Bool {
    var result = transport.handshake(in: loop.buffers)
    // Behind what was read lies the end, of which there will be no other news.
    if result == .wouldBlock, isEnding { result = transport.handshake(in: loop.buffers) }
    switch result {
    case .wouldBlock: return false
    case .failed(let failure): throw .noHandshake(failure)
    case .done: break
    }
    state = .exchanging
    // Octets may have come with the handshake, and are to be asked for.
    isReadable = isReadable || isSecured
    fetch?.connected(at: loop.now)
    armDeadline(in: loop)
    if !output.isWhole { fetch?.wantsBody() }
    return true
  }

  mutating func turn(for fetch: Fetch?, in loop: EventLoop) throws(UpstreamFailure) -> Outcome {
    guard state == .exchanging || brokenWrite != nil else { return .goesOn }
    let hadRoom = bodyRoom
    let waited = unsentOctets
    if isWritable, waited > 0 {
      flush(in: loop)
      if unsentOctets < waited { armDeadline(in: loop) }
    }
    let outcome = try read(for: fetch, in: loop)
    guard case .goesOn = outcome else { return outcome }
    if let error = brokenWrite, !isReadable, !answer.hasBegun { throw .brokenUnanswered(error) }
    if bodyRoom > hadRoom { fetch?.wantsBody() }
    return .goesOn
  }

  mutating func timerFired(in loop: EventLoop) throws(UpstreamFailure) -> Outcome {
    guard deadline.hasCome(of: token, in: loop) else { return .goesOn }
    switch state {
    case .connecting: throw .noConnection(within: timeouts.connect)
    case .shaking: throw .slowHandshake(within: timeouts.connect)
    case .resting: return endIdle(in: loop)
    case .exchanging where answer.isInBody: throw .silent(for: timeouts.betweenBytes)
    case .exchanging: throw .noFirstByte(within: unsentOctets == 0 ? timeouts.firstByte : timeouts.betweenBytes)
    case .closed: return .goesOn
    }
  }

  // MARK: Within

  /// Octets of the request, plain or encrypted, that wait for the kernel.
  private var unsentOctets: Int {
    @inline(__always) get { isSecured ? output.count + transport.pendingOctets : output.count }
  }

  private mutating func flush(in loop: EventLoop) {
    while unsentOctets > 0, brokenWrite == nil {
      switch Self.write(output, to: &transport, in: loop.buffers) {
      case .octets(let count): output.consume(count, to: loop.buffers)
      case .wouldBlock:
        isWritable = false
        return
      case .failed(let code):
        // An answer may lie in the kernel already (a 413, say): it is read before this counts.
        brokenWrite = error(code, of: "send")
        output.clear(to: loop.buffers)
        isReadable = true
        loop.post(token)
      }
    }
    if output.isWhole, sent == .never { sent = loop.now }
  }

  // The span is one of the whole state otherwise.
  @inline(__always) private static func write(
    _ output: borrowing RequestOutput, to transport: inout Transport, in buffers: BufferPool
  ) -> WriteResult { transport.write(output.readable, buffers: buffers) }

  /// Of the next thing that the origin is to do.
  private mutating func armDeadline(in loop: EventLoop) {
    guard state == .exchanging else { return }
    let limit: Nanoseconds
    if unsentOctets > 0 {
      limit = timeouts.betweenBytes
    } else if answer.isInBody {
      limit = isPaused ? .max : timeouts.betweenBytes
    } else {
      // The client's pace is the session's to judge.
      limit = output.isWhole ? timeouts.firstByte : .max
    }
    deadline.set(loop.now + limit, of: token, in: loop)
  }

  private mutating func read(for fetch: Fetch?, in loop: EventLoop) throws(UpstreamFailure) -> Outcome {
    var budget = Self.turnLimit
    while isReadable, !isPaused {
      guard budget > 0 else {
        loop.post(token)
        return .goesOn
      }
      loop.buffers.supply(&input, answer.isInBody ? .large : .small)
      input.compact()
      switch transport.read(into: &input, buffers: loop.buffers) {
      case .octets(let count, let drained):
        budget -= Swift.max(count, Self.leastRead)
        if drained, !isEnding { isReadable = false }
        if try takeAnswer(for: fetch, in: loop) { return end(in: loop) }
        // A head that drips is no first byte after another: its deadline stays.
        if answer.isInBody { armDeadline(in: loop) }
      case .wouldBlock: isReadable = false
      case .end:
        try answer.inputEnded(transport.endedCleanly ? .orderly : .unproven)
        return end(in: loop)
      case .failed(let code):
        try answer.inputEnded(.broken(error(code, of: "recv")))
        return end(in: loop)
      }
    }
    if isPaused { armDeadline(in: loop) }
    if input.isEmpty, !isReadable { loop.buffers.reclaim(&input) }
    return .goesOn
  }

  /// Reads on in what has come. Whether the answer is whole.
  private mutating func takeAnswer(for fetch: Fetch?, in loop: EventLoop) throws(UpstreamFailure) -> Bool {
    var position = 0
    while true {
      switch try answer.read(input, from: &position) {
      case .interim(let start): fetch?.interim(answer.head, input.readable.extracting(droppingFirst: start))
      case .head(let start):
        fetch?.head(answer.head, input.readable.extracting(droppingFirst: start), sent: sent, at: loop.now)
      case .body(let range):
        if case .pause = fetch?.body(input.readable.extracting(range)) { isPaused = true }
      case .more:
        input.consume(position)
        if input.room == 0 { input.compact() }
        guard input.room > 0 || loop.buffers.enlarge(&input) else {
          throw .badAnswer(reason: "has a head beyond every limit")
        }
        return false
      case .whole:
        input.consume(position)
        return true
      }
    }
  }

  /// The answer is whole.
  private mutating func end(in loop: EventLoop) -> Outcome {
    let reuse = ConnectionReuse(
      isRequestSent: output.isSent && unsentOctets == 0 && brokenWrite == nil,
      isKeptAlive: answer.keepsAlive,
      // Where the last read filled the buffer they may still lie in the kernel, and would answer the next request.
      hasStrayOctets: !input.isEmpty || isReadable && says(in: loop), isEnding: isEnding,
      isWanted: stack.takes(limit: idleLimit))
    guard reuse.isAllowed else {
      if reuse.isRequestSent { transport.close() }
      close(in: loop)
      return .closes
    }
    // What waits holds no buffer.
    (state, isReadable) = (.resting, false)
    loop.buffers.reclaim(&input)
    deadline.set(loop.now + timeouts.idle, of: token, in: loop)
    return .rests
  }

  /// Whether the origin says more than it was asked for, or ends. Over TLS what waits may be nothing of the kind:
  /// session tickets, new keys.
  private mutating func says(in loop: EventLoop) -> Bool {
    guard isSecured else { return transport.hasNews }
    loop.buffers.supply(&input, .small)
    for _ in 0..<Self.turnLimit / Self.leastRead {
      switch transport.read(into: &input, buffers: loop.buffers) {
      case .octets(0, _): continue
      case .wouldBlock: return false
      case .octets, .end, .failed: return true
      }
    }
    return true
  }

  /// There is news while it waits for a next request.
  private mutating func rest(in loop: EventLoop) -> Outcome {
    guard !isEnding, isSecured, !says(in: loop) else { return endIdle(in: loop) }
    isReadable = false
    loop.buffers.reclaim(&input)
    return .goesOn
  }

  /// With what TLS has to say of it.
  private func error(_ code: Int32, of call: String) -> SystemError {
    SystemError(transport.failure.map { "TLS, \($0)" } ?? call, code: code)
  }

  private mutating func endIdle(in loop: EventLoop) -> Outcome {
    close(in: loop)
    return .endedIdle
  }
}
