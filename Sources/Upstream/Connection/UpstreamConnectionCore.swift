import Bytes
import EventLoop
import HTTP
import Time

/// The state of one connection to an origin.
struct UpstreamConnectionCore: ~Copyable {
  /// What a turn came to.
  enum Outcome {
    case goesOn
    /// The answer is whole.
    case whole(isReusable: Bool)
    case failed(UpstreamFailure)
    /// It ended while it waited for a request.
    case endedIdle
  }

  private enum State { case connecting, resting, awaitingHead, readingBody, closed }

  /// Interim heads before a final one: beyond it the origin is taken for broken.
  private static let interimLimit = 16
  /// Octets read in one turn.
  private static let turnLimit = 65_536
  /// Room for the framing of one chunk.
  private static let chunkFraming = 20

  private var socket: Socket
  private var token = EventToken.none
  private var timeouts: ConnectionTimeouts
  private var state = State.connecting
  private var input = Buffer()
  private var output = Buffer()
  private var parser = ResponseHeadParser(limits: HeadLimits())
  private var decoder = BodyDecoder(.none)
  private var method = Method.get
  private var requestFraming = BodyFraming.none
  private var deadline = Deadline()

  private var isReadable = false
  private var isWritable = false
  /// The kernel said that the origin ended its side: a short read does not mean that nothing is left.
  private var isEnding = false
  private var isPaused = false
  private var isRequestWhole = false
  private var keepsAlive = false
  private var hasAnswerOctets = false
  private var interimHeads = 0
  /// When the request was given to the kernel whole.
  private var sent = Instant.never
  /// A write that failed in a call from above, told in the next turn.
  private var brokenWrite: SystemError?

  init(socket: consuming Socket, timeouts: ConnectionTimeouts) {
    self.socket = socket
    self.timeouts = timeouts
  }

  var descriptor: Int32 { socket.descriptor }
  var hasNews: Bool { socket.hasNews() }

  mutating func registered(as token: EventToken, in loop: EventLoop) {
    self.token = token
    deadline.set(loop.now + timeouts.connect, of: token, in: loop)
  }

  // MARK: Called by the fetch

  mutating func begin(_ request: borrowing OriginRequest, timeouts: ConnectionTimeouts, in loop: EventLoop) {
    self.timeouts = timeouts
    method = request.method
    requestFraming = request.framing
    isRequestWhole = request.framing.isEmpty
    (isPaused, keepsAlive, hasAnswerOctets, interimHeads) = (false, false, false, 0)
    sent = .never
    parser.reset()
    loop.buffers.supply(&output, request.headOctets <= BufferSize.small.rawValue ? .small : .large)
    do throws(WriteError) {
      try HTTP1Writer.request(
        method: request.methodName.span, target: request.target.span, host: request.authority.span,
        fields: request.fields, framing: request.framing, close: false, into: &output)
    } catch {
      // A request that can't be written was refused before: told in the next turn like a write that failed.
      brokenWrite = SystemError(error.description, code: 0)
      loop.post(token)
      return
    }
    if state != .connecting {
      state = .awaitingHead
      flush(in: loop)
      armAnswerDeadline(in: loop)
    }
  }

  var bodyRoom: Int {
    guard state == .awaitingHead || state == .readingBody, !isRequestWhole, brokenWrite == nil else { return 0 }
    let room = (output.capacity == 0 ? BufferSize.large.rawValue : output.capacity) - output.count
    return Swift.max(0, room - Self.chunkFraming)
  }

  mutating func send(_ octets: Span<UInt8>, in loop: EventLoop) {
    guard octets.count <= bodyRoom, !octets.isEmpty else { return }
    loop.buffers.supply(&output, .large)
    output.compact()
    if requestFraming == .chunked {
      // There is room: `bodyRoom` leaves it.
      do throws(WriteError) { try HTTP1Writer.chunkHead(octets.count, into: &output) } catch { return }
      output.append(octets)
      output.append(HTTP1Writer.chunkTail)
    } else {
      output.append(octets)
    }
    flush(in: loop)
    armAnswerDeadline(in: loop)
  }

  mutating func finishRequest(in loop: EventLoop) {
    guard !isRequestWhole else { return }
    isRequestWhole = true
    if requestFraming == .chunked {
      loop.buffers.supply(&output, .small)
      output.compact()
      output.append(HTTP1Writer.lastChunk)
    }
    guard state != .connecting else { return }
    flush(in: loop)
    armAnswerDeadline(in: loop)
  }

  mutating func resume(in loop: EventLoop) {
    guard isPaused else { return }
    isPaused = false
    armAnswerDeadline(in: loop)
    loop.post(token)
  }

  /// Waits for a next request without holding a buffer.
  mutating func rest(in loop: EventLoop) {
    state = .resting
    loop.buffers.reclaim(&input)
    loop.buffers.reclaim(&output)
    deadline.set(loop.now + timeouts.idle, of: token, in: loop)
  }

  mutating func close(in loop: EventLoop) {
    guard state != .closed else { return }
    state = .closed
    deadline.cancel(in: loop)
    loop.buffers.reclaim(&input)
    loop.buffers.reclaim(&output)
    loop.remove(token)
    socket.close()
  }

  // MARK: Called by the loop

  mutating func ready(_ readiness: Readiness, for fetch: Fetch?, in loop: EventLoop) -> Outcome {
    if readiness.contains(.readable) { isReadable = true }
    if readiness.contains(.ended) { isEnding = true }
    if readiness.contains(.writable) { isWritable = true }
    switch state {
    case .closed: return .goesOn
    case .resting: return isReadable ? .endedIdle : .goesOn
    case .connecting:
      if let error = socket.connectionError() { return .failed(UpstreamFailure(connecting: error)) }
      guard isWritable else { return .goesOn }
      state = .awaitingHead
      fetch?.connected(at: loop.now)
      armAnswerDeadline(in: loop)
      if !isRequestWhole { fetch?.wantsBody() }
    case .awaitingHead, .readingBody: break
    }
    return turn(for: fetch, in: loop)
  }

  mutating func turn(for fetch: Fetch?, in loop: EventLoop) -> Outcome {
    guard state == .awaitingHead || state == .readingBody || brokenWrite != nil else { return .goesOn }
    let hadRoom = bodyRoom
    let waited = output.count
    if isWritable { flush(in: loop) }
    if output.count < waited { armAnswerDeadline(in: loop) }
    let outcome = read(for: fetch, in: loop)
    guard case .goesOn = outcome else { return outcome }
    if let error = brokenWrite, !isReadable, !hasAnswerOctets { return .failed(.brokenUnanswered(error)) }
    if bodyRoom > hadRoom { fetch?.wantsBody() }
    return .goesOn
  }

  mutating func timerFired(in loop: EventLoop) -> Outcome {
    guard deadline.hasCome(of: token, in: loop) else { return .goesOn }
    switch state {
    case .connecting: return .failed(.noConnection(within: timeouts.connect))
    case .resting: return .endedIdle
    case .awaitingHead:
      return .failed(.noFirstByte(within: output.isEmpty ? timeouts.firstByte : timeouts.betweenBytes))
    case .readingBody: return .failed(.silent(for: timeouts.betweenBytes))
    case .closed: return .goesOn
    }
  }

  // MARK: Within

  private mutating func flush(in loop: EventLoop) {
    while !output.isEmpty, brokenWrite == nil {
      switch socket.write(output.readable) {
      case .octets(let count): output.consume(count)
      case .wouldBlock:
        isWritable = false
        return
      case .failed(let code):
        // An answer may lie in the kernel already (a 413, say): it is read before this counts.
        brokenWrite = SystemError("send", code: code)
        output.clear()
        isReadable = true
        loop.post(token)
      }
    }
    guard output.isEmpty else { return }
    loop.buffers.reclaim(&output)
    if isRequestWhole, sent == .never { sent = loop.now }
  }

  private mutating func armAnswerDeadline(in loop: EventLoop) {
    let limit: Nanoseconds
    switch state {
    case .awaitingHead where !output.isEmpty: limit = timeouts.betweenBytes
    case .awaitingHead where isRequestWhole: limit = timeouts.firstByte
    case .awaitingHead:
      // The client's pace is the session's to judge.
      return deadline.set(.distantFuture, of: token, in: loop)
    case .readingBody where isPaused && output.isEmpty:
      return deadline.set(.distantFuture, of: token, in: loop)
    case .readingBody: limit = timeouts.betweenBytes
    case .connecting, .resting, .closed: return
    }
    deadline.set(loop.now + limit, of: token, in: loop)
  }

  private mutating func read(for fetch: Fetch?, in loop: EventLoop) -> Outcome {
    var budget = Self.turnLimit
    while isReadable, !isPaused {
      guard budget > 0 else {
        loop.post(token)
        return .goesOn
      }
      loop.buffers.supply(&input, state == .readingBody ? .large : .small)
      input.compact()
      switch socket.read(into: &input) {
      case .octets(let count, let drained):
        budget -= count
        if drained, !isEnding { isReadable = false }
        hasAnswerOctets = true
        let outcome = process(for: fetch, in: loop)
        guard case .goesOn = outcome else { return outcome }
        // A head that drips is no first byte after another: its deadline stays.
        if state == .readingBody { armAnswerDeadline(in: loop) }
      case .wouldBlock: isReadable = false
      case .end: return ended(nil)
      case .failed(let code): return ended(SystemError("recv", code: code))
      }
    }
    if isPaused { armAnswerDeadline(in: loop) }
    if input.isEmpty, !isReadable { loop.buffers.reclaim(&input) }
    return .goesOn
  }

  /// The origin ended its side; `reason` if that was no orderly end.
  private mutating func ended(_ reason: SystemError?) -> Outcome {
    isReadable = false
    switch state {
    case .awaitingHead where !hasAnswerOctets:
      return .failed(reason.map { .brokenUnanswered($0) } ?? .closedUnanswered)
    case .awaitingHead: return .failed(.cutShort)
    case .readingBody:
      guard reason == nil else { return .failed(.cutShort) }
      do throws(BodyError) {
        try decoder.inputEnded()
        return .whole(isReusable: false)
      } catch {
        return .failed(.cutShort)
      }
    case .connecting, .resting, .closed: return .endedIdle
    }
  }

  /// Reads on in what has come.
  private mutating func process(for fetch: Fetch?, in loop: EventLoop) -> Outcome {
    while true {
      switch state {
      case .awaitingHead:
        do throws(HeadError) {
          guard try parser.read(input, answerTo: method) else {
            if input.room == 0, !loop.buffers.enlarge(&input) {
              return .failed(.badAnswer(reason: "has a head beyond every limit"))
            }
            return .goesOn
          }
        } catch {
          return .failed(.badAnswer(reason: "is malformed: \(error)"))
        }
        if let outcome = headIsWhole(for: fetch, in: loop) { return outcome }
      case .readingBody:
        if let outcome = readBody(for: fetch) { return outcome }
      case .connecting, .resting, .closed: return .goesOn
      }
    }
  }

  /// `nil`: there may be more to read in the buffer.
  private mutating func headIsWhole(for fetch: Fetch?, in loop: EventLoop) -> Outcome? {
    let status = parser.head.status
    let length = parser.head.length
    if status < 200 {
      interimHeads += 1
      guard status != 101 else { return .failed(.badAnswer(reason: "switches protocols unasked")) }
      guard interimHeads <= Self.interimLimit else { return .failed(.badAnswer(reason: "has too many interim heads")) }
      fetch?.interim(parser.head, input.readable)
    } else {
      decoder = BodyDecoder(parser.head.framing)
      keepsAlive = parser.head.keepsAlive && parser.head.framing != .untilClose
      state = .readingBody
      fetch?.head(parser.head, input.readable, sent: sent, at: loop.now)
    }
    input.consume(length)
    parser.reset()
    return nil
  }

  /// `nil`: there may be more to read in the buffer.
  private mutating func readBody(for fetch: Fetch?) -> Outcome? {
    var position = 0
    while true {
      let event: BodyDecoder.Event
      do throws(BodyError) { event = try decoder.read(input, from: &position) } catch {
        return .failed(.badAnswer(reason: "is malformed: \(error)"))
      }
      switch event {
      case .octets(let range):
        if case .pause = fetch?.body(input.readable.extracting(range)) { isPaused = true }
      case .more:
        input.consume(position)
        return .goesOn
      case .end:
        input.consume(position)
        // Octets behind an answer belong to nobody: the connection goes no further. Where the last read filled the
        // buffer they may still lie in the kernel, and would answer the next request.
        let isClean = isRequestWhole && output.isEmpty && input.isEmpty && brokenWrite == nil && !isEnding
        guard keepsAlive, isClean, !isReadable || !socket.hasNews() else { return .whole(isReusable: false) }
        isReadable = false
        return .whole(isReusable: true)
      }
    }
  }
}
