import Bytes
import EventLoop
import HTTP
import Time

/// The state of one connection to a sample origin: reads a request, drops its body, pauses, writes the answer, and
/// begins anew.
struct SampleConnectionCore: ~Copyable {
  /// For the next request, and for the client to take the answer.
  private static let patience = Nanoseconds.seconds(60)

  private enum State { case head, body, asked, pausing, writing, over }

  enum Step {
    case wait
    case end
    /// To be answered before the next step.
    case request(SampleRequest)
  }

  private var socket: Socket
  private var state = State.head
  private var canRead = true
  private var input = Buffer()
  private var output = Buffer()
  private var parser = RequestHeadParser()
  private var decoder = BodyDecoder(.none)
  private var rest: Slice?
  private var request = SampleRequest("/")
  private var keepsAlive = false
  private var isHead = false
  private var deadline = Deadline()
  private var token = EventToken.none

  init(_ socket: consuming Socket) { self.socket = socket }

  var descriptor: Int32 { socket.descriptor }

  mutating func start(_ token: EventToken, in loop: EventLoop) {
    self.token = token
    loop.buffers.supply(&input, .large)
    deadline.set(loop.now + Self.patience, of: token, in: loop)
  }

  mutating func noted(_ readiness: Readiness) {
    if !readiness.isDisjoint(with: [.readable, .ended]) { canRead = true }
    if readiness.contains(.broken) { state = .over }
  }

  /// Whether there is something to do: a pause is over, or patience is.
  mutating func deadlineHasCome(in loop: EventLoop) -> Bool {
    guard deadline.hasCome(of: token, in: loop) else { return false }
    if state == .pausing {
      state = .writing
      deadline.set(loop.now + Self.patience, of: token, in: loop)
    } else {
      state = .over
    }
    return true
  }

  mutating func close(in loop: EventLoop) {
    deadline.cancel(in: loop)
    loop.buffers.reclaim(&input)
    loop.buffers.reclaim(&output)
    socket.close()
    state = .over
  }

  /// Goes on as far as it can.
  mutating func step(in loop: EventLoop) -> Step {
    while true {
      switch state {
      case .head, .body:
        do throws(HeadError) {
          if state == .head, try parser.read(input) { begin() }
        } catch {
          return .end
        }
        if state == .body, let step = readBody() { return step }
        if let step = readMore() { return step }
      case .asked, .pausing: return .wait
      case .writing: if let step = write(in: loop) { return step }
      case .over: return .end
      }
    }
  }

  /// `nil` where there is more to look at.
  private mutating func readMore() -> Step? {
    guard canRead else { return .wait }
    input.compact()
    // Nothing that speaks to a sample origin has heads of this size.
    guard input.room > 0 else { return .end }
    switch socket.read(into: &input) {
    case .octets(_, let drained):
      if drained { canRead = false }
      return nil
    case .wouldBlock:
      canRead = false
      return .wait
    case .end, .failed: return .end
    }
  }

  private mutating func begin() {
    keepsAlive = parser.head.keepsAlive
    isHead = parser.head.method == .head
    decoder = BodyDecoder(parser.head.framing)
    request = SampleRequest(Self.text(input.readable[clamped: parser.head.target]), parser.head.method)
    if parser.head.expectsContinue { _ = socket.write(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8).span) }
    input.consume(parser.head.length)
    parser.reset()
    state = .body
  }

  /// Drops what comes of the body.
  private mutating func readBody() -> Step? {
    var position = 0
    defer { input.consume(position) }
    do throws(BodyError) {
      while true {
        switch try decoder.read(input, from: &position) {
        case .octets: continue
        case .more: return nil
        case .end:
          state = .asked
          return .request(request)
        }
      }
    } catch {
      return .end
    }
  }

  private static func text(_ octets: Span<UInt8>) -> String {
    var copy: [UInt8] = []
    copy.append(octets)
    return String(decoding: copy, as: UTF8.self)
  }

  // MARK: The answer

  mutating func answer(with answer: SampleAnswer, in loop: EventLoop) {
    guard state == .asked else { return }
    state = .over
    loop.buffers.supply(&output, .small)
    var fields = FieldBlock()
    do throws(FieldError) {
      try loop.withDate { (date) throws(FieldError) in try fields.append("Date", date, known: .date) }
      try fields.append("Content-Type", Array(answer.mediaType.rawValue.utf8).span, known: .contentType)
      try fields.append("Cache-Control", Array(answer.cacheControl.utf8).span, known: .cacheControl)
      if let location = answer.location {
        try fields.append("Location", Array(location.utf8).span, known: .location)
      }
    } catch {
      return
    }
    let body = Array(answer.body.utf8)
    do throws(WriteError) {
      try HTTP1Writer.response(
        status: answer.status, stored: Span(), added: fields, framing: .length(UInt64(body.count)),
        connection: keepsAlive ? .none : .close, into: &output)
    } catch {
      return
    }
    if !isHead { rest = Slice(Chunk(copying: body.span)) }
    state = answer.pause > .zero ? .pausing : .writing
    deadline.set(loop.now + (answer.pause > .zero ? answer.pause : Self.patience), of: token, in: loop)
  }

  /// `nil` where it was written whole, or some of it.
  private mutating func write(in loop: EventLoop) -> Step? {
    var slices = Slices()
    if let rest { slices.append(rest) }
    guard !output.isEmpty || slices.count > 0 else {
      guard keepsAlive else { return .end }
      state = .head
      loop.buffers.reclaim(&output)
      deadline.set(loop.now + Self.patience, of: token, in: loop)
      return nil
    }
    switch socket.write(output, slices) {
    case .octets(let count):
      let ofHead = min(count, output.count)
      output.consume(ofHead)
      rest = rest.flatMap { $0.count > count - ofHead ? $0.dropping(first: count - ofHead) : nil }
      return nil
    case .wouldBlock: return .wait
    case .failed: return .end
    }
  }
}
