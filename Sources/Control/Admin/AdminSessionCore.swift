import Bytes
import EventLoop
import HTTP
import Time

/// The state of one connection to the administration: reads a request of at most 64 KiB, waits for its answer, writes
/// it, and lingers until the client has read it.
struct AdminSessionCore: ~Copyable {
  /// For the request, and between two octets of the answer.
  static let patience = Nanoseconds.seconds(10)
  /// For the answer to a reload: the workers of a busy machine may be in long turns.
  static let reloadPatience = Nanoseconds.seconds(120)
  /// For the client to close after the answer.
  static let lingering = Nanoseconds.seconds(2)
  /// What the client may still send meanwhile.
  private static let lingeringOctets = 262_144

  private enum State { case head, body, waiting, writing, lingering, over }

  enum Step {
    case wait
    case end
    case request(AdminRequest, AdminAccess.Door)
  }

  private let door: AdminAccess.Door
  private var socket: Socket
  private var state = State.head
  private var canRead = true
  private var input = Buffer()
  private var output = Buffer()
  private var rest: Slice?
  private var parser = RequestHeadParser()
  private var decoder = BodyDecoder(.none)
  private var body: [UInt8] = []
  private var position = 0
  private var lingered = 0
  private var isHead = false
  private(set) var wantsText = false
  private var deadline = Deadline()
  private var token = EventToken.none

  init(_ socket: consuming Socket, door: AdminAccess.Door) {
    self.socket = socket
    self.door = door
  }

  var descriptor: Int32 { socket.descriptor }

  mutating func start(_ token: EventToken, in loop: EventLoop) {
    self.token = token
    loop.buffers.supply(&input, .large)
    deadline.set(loop.now + Self.patience, of: token, in: loop)
  }

  /// Says that too many are served already, as far as that can be said at once, and closes.
  mutating func turnAway(in loop: EventLoop) {
    loop.buffers.supply(&input, .large)
    answer(with: .busy, in: loop)
    // A close with octets unread is a reset, which may overtake the answer.
    _ = readMore()
    _ = write(in: loop)
    close(in: loop)
  }

  mutating func noted(_ readiness: Readiness) {
    if !readiness.isDisjoint(with: [.readable, .ended]) { canRead = true }
  }

  mutating func isOverdue(in loop: EventLoop) -> Bool { deadline.hasCome(of: token, in: loop) }

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
        if let request = readRequest(in: loop) { return request }
        guard state == .head || state == .body else { continue }
        if let step = readMore() { return step }
      case .waiting: return .wait
      case .writing: if let step = write(in: loop) { return step }
      case .lingering:
        lingered += input.count
        input.clear()
        // Who sends on and on must not keep the loop here.
        guard lingered <= Self.lingeringOctets else { return .end }
        if let step = readMore() { return step }
      case .over: return .wait
      }
    }
  }

  /// `nil` where there is more to look at.
  private mutating func readMore() -> Step? {
    guard canRead else { return .wait }
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

  // MARK: The request

  private mutating func readRequest(in loop: EventLoop) -> Step? {
    do throws(HeadError) {
      if state == .head {
        guard try parser.read(input) else { return nil }
        begin(in: loop)
      }
    } catch {
      answer(with: .error(error.status, error.description), in: loop)
      return nil
    }
    guard state == .body else { return nil }
    do throws(BodyError) {
      guard try readBody(in: loop) else { return nil }
    } catch {
      answer(with: .error(400, error.description), in: loop)
      return nil
    }
    let request = AdminRequest(parser.head, in: input.readable, body: body)
    wantsText = request.wantsText
    state = .waiting
    deadline.set(loop.now + Self.reloadPatience, of: token, in: loop)
    return .request(request, door)
  }

  private mutating func begin(in loop: EventLoop) {
    state = .body
    position = parser.head.length
    isHead = parser.head.method == .head
    decoder = BodyDecoder(parser.head.framing)
    if case .length(let length) = parser.head.framing, length > UInt64(input.capacity - position) {
      return answer(with: Self.tooLarge, in: loop)
    }
    // A fresh connection's send buffer has room for it; where it has not, the client goes on by itself.
    if parser.head.expectsContinue {
      let interim = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)
      _ = socket.write(interim.span)
    }
  }

  /// Whether it is whole.
  private mutating func readBody(in loop: EventLoop) throws(BodyError) -> Bool {
    while true {
      switch try decoder.read(input, from: &position) {
      case .octets(let range): body.append(range, of: input)
      case .end: return true
      case .more:
        if input.room == 0 { answer(with: Self.tooLarge, in: loop) }
        return false
      }
    }
  }

  private static let tooLarge = AdminAnswer.error(413, "a request has at most 64 KiB")

  // MARK: The answer

  mutating func answer(with answer: AdminAnswer, in loop: EventLoop) {
    guard state != .writing, state != .lingering, state != .over else { return }
    loop.buffers.supply(&output, .small)
    // Values of our own: none of them is refused.
    let fields = (try? Self.fields(of: answer, in: loop)) ?? FieldBlock()
    do throws(WriteError) {
      try HTTP1Writer.response(
        status: answer.status, stored: Span(), added: fields, framing: .length(UInt64(answer.body.count)),
        connection: .close, into: &output)
    } catch {
      state = .lingering
      return
    }
    if !isHead { rest = Slice(Chunk(copying: answer.body.span)) }
    state = .writing
    deadline.set(loop.now + Self.patience, of: token, in: loop)
  }

  private static func fields(of answer: AdminAnswer, in loop: EventLoop) throws(FieldError) -> FieldBlock {
    var fields = FieldBlock()
    try loop.withDate { (date) throws(FieldError) in try fields.append("Date", date, known: .date) }
    try fields.append("Content-Type", answer.contentType.value, known: .contentType)
    try fields.append("Cache-Control", "no-store", known: .cacheControl)
    try fields.append("X-Content-Type-Options", "nosniff", known: .other)
    if let allow = answer.allow {
      try fields.append("Allow", allow == .get ? "GET, HEAD" : allow.text, known: .other)
    }
    if answer.status == 401 { try fields.append("WWW-Authenticate", "Bearer", known: .other) }
    return fields
  }

  /// `nil` where it was written whole, or some of it.
  private mutating func write(in loop: EventLoop) -> Step? {
    var slices = Slices()
    if let rest { slices.append(rest) }
    guard !output.isEmpty || slices.count > 0 else {
      socket.finishWriting()
      state = .lingering
      deadline.set(loop.now + Self.lingering, of: token, in: loop)
      return nil
    }
    switch socket.write(output, slices) {
    case .octets(let count):
      let ofHead = Swift.min(count, output.count)
      output.consume(ofHead)
      rest = rest.flatMap { $0.count > count - ofHead ? $0.dropping(first: count - ofHead) : nil }
      deadline.set(loop.now + Self.patience, of: token, in: loop)
      return nil
    case .wouldBlock: return .wait
    case .failed: return .end
    }
  }
}
