import Bytes
import EventLoop
import HTTP
import Time

/// The state of one visitor: waits, asks, reads the answer to its end, and begins anew, over one connection as long as
/// that lasts.
struct DemoVisitorCore: ~Copyable {
  /// For a whole answer.
  private static let patience = Nanoseconds.seconds(15)
  /// Before it tries again where nobody answered.
  private static let sulk = Nanoseconds.seconds(1)

  private enum State { case waiting, connecting, writing, head, body }

  private let address: Address
  private let host: [UInt8]
  private var script: DemoScript
  private var step: DemoScript.Step
  private var state = State.waiting
  /// Closed (-1) between two connections.
  private var socket = Socket(owning: -1)
  private var socketToken = EventToken.none
  private var canRead = false
  private var input = Buffer()
  private var output = Buffer()
  private var parser = ResponseHeadParser()
  private var decoder = BodyDecoder(.none)
  private var keepsAlive = false
  private var deadline = Deadline()
  private var token = EventToken.none

  init(_ script: DemoScript, to address: Address, host: String) {
    (self.address, self.host) = (address, Array(host.utf8))
    var script = script
    step = script.next()
    self.script = script
  }

  /// - Parameter token: of the visitor itself, for its timer; connections have their own.
  mutating func start(_ token: EventToken, in loop: EventLoop) {
    self.token = token
    deadline.set(loop.now + step.pause, of: token, in: loop)
  }

  mutating func ready(_ readiness: Readiness, by visitor: DemoVisitor, in loop: EventLoop) {
    if !readiness.isDisjoint(with: [.readable, .ended]) { canRead = true }
    if state == .connecting {
      guard readiness.contains(.writable) || readiness.contains(.broken) else { return }
      guard socket.connectionError() == nil else { return fail(in: loop) }
      state = .writing
    }
    advance(in: loop)
  }

  mutating func timerFired(by visitor: DemoVisitor, in loop: EventLoop) {
    guard deadline.hasCome(of: token, in: loop) else { return }
    guard state == .waiting else { return fail(in: loop) }
    ask(by: visitor, in: loop)
  }

  private mutating func ask(by visitor: DemoVisitor, in loop: EventLoop) {
    deadline.set(loop.now + Self.patience, of: token, in: loop)
    guard write(in: loop) else { return fail(in: loop) }
    // An origin may have ended the idle connection; what it says now is no answer.
    if socket.descriptor >= 0, !socket.hasNews() {
      state = .writing
      return advance(in: loop)
    }
    disconnect(in: loop)
    do throws(SystemError) {
      socket = try Socket.connect(to: address)
      socketToken = try loop.add(visitor, descriptor: socket.descriptor)
      (state, canRead) = (.connecting, false)
    } catch {
      fail(in: loop)
    }
  }

  /// The request into the buffer; `false` where it can't be said.
  private mutating func write(in loop: EventLoop) -> Bool {
    loop.buffers.supply(&output, .small)
    output.clear()
    var fields = FieldBlock()
    // Spans of properties may not be lent beside the buffer.
    let (target, host) = (Array(step.target.utf8), self.host)
    let framing: BodyFraming = step.method == .post ? .length(0) : .none
    var method: [UInt8] = []
    method.append(step.method.text)
    do throws(FieldError) { try fields.append("User-Agent", "yett-demo", known: .userAgent) } catch { return false }
    do throws(WriteError) {
      try HTTP1Writer.request(
        method: method.span, target: target.span, host: host.span, fields: fields,
        framing: framing, close: false, into: &output)
      return true
    } catch {
      return false
    }
  }

  private mutating func advance(in loop: EventLoop) {
    while true {
      switch state {
      case .waiting:
        // The other side ended the idle connection.
        return disconnect(in: loop)
      case .connecting: return
      case .writing:
        guard !output.isEmpty else {
          parser.reset()
          loop.buffers.supply(&input, .large)
          input.clear()
          state = .head
          continue
        }
        switch socket.write(output, Slices()) {
        case .octets(let count): output.consume(count)
        case .wouldBlock: return
        case .failed: return fail(in: loop)
        }
      case .head, .body:
        guard readAnswer(in: loop) else { return fail(in: loop) }
        guard state == .head || state == .body else { return }
        guard canRead else { return }
        guard readMore() else { return fail(in: loop) }
      }
    }
  }

  /// `false` where the connection has ended or nothing more fits.
  private mutating func readMore() -> Bool {
    input.compact()
    guard input.room > 0 else { return false }
    switch socket.read(into: &input) {
    case .octets(_, let drained):
      if drained { canRead = false }
      return true
    case .wouldBlock:
      canRead = false
      return true
    case .end, .failed: return false
    }
  }

  /// `false` where it is none.
  private mutating func readAnswer(in loop: EventLoop) -> Bool {
    if state == .head {
      do throws(HeadError) {
        guard try parser.read(input, answerTo: step.method) else { return true }
      } catch {
        return false
      }
      let isInterim = parser.head.isInterim
      keepsAlive = parser.head.keepsAlive
      decoder = BodyDecoder(parser.head.framing)
      input.consume(parser.head.length)
      parser.reset()
      if isInterim { return readAnswer(in: loop) }
      state = .body
    }
    var position = 0
    defer { input.consume(position) }
    do throws(BodyError) {
      while true {
        switch try decoder.read(input, from: &position) {
        case .octets: continue
        case .more: return true
        case .end:
          end(in: loop)
          return true
        }
      }
    } catch {
      return false
    }
  }

  /// The answer is whole.
  private mutating func end(in loop: EventLoop) {
    state = .waiting
    if !keepsAlive { disconnect(in: loop) }
    step = script.next()
    deadline.set(loop.now + step.pause, of: token, in: loop)
  }

  /// Nobody answered, or nonsense: it counts at the proxy, not here.
  private mutating func fail(in loop: EventLoop) {
    disconnect(in: loop)
    state = .waiting
    deadline.set(loop.now + Self.sulk, of: token, in: loop)
  }

  private mutating func disconnect(in loop: EventLoop) {
    loop.remove(socketToken)
    socketToken = .none
    socket.close()
  }
}
