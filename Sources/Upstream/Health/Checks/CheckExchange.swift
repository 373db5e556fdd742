import Bytes
import EventLoop
import HTTP

/// One check on its connection: connect, ask, read the answer's head. It does what the socket allows and says when it
/// has ended; time is its owner's.
struct CheckExchange: ~Copyable {
  private let socket: Socket
  private let request: [UInt8]
  private var sent = 0
  private var input: Buffer
  private var parser = ResponseHeadParser(limits: HeadLimits())
  private(set) var stage = UpstreamFailure.Stage.connecting

  /// - Parameters:
  ///   - socket: connecting.
  ///   - input: empty.
  init(on socket: consuming Socket, request: [UInt8], input: consuming Buffer) {
    self.socket = socket
    self.request = request
    self.input = input
  }

  /// Closes the connection and gives its buffer back.
  consuming func close(in loop: EventLoop) { loop.buffers.give(input) }

  /// Goes on until the socket would block. `nil` while the check is under way.
  mutating func advance(_ readiness: Readiness) -> CheckOutcome? {
    if stage == .connecting {
      guard readiness.contains(.writable) || readiness.contains(.ended) else { return nil }
      if let error = socket.connectionError() { return .failed(UpstreamFailure(connecting: error)) }
      stage = .waiting
    }
    return send() ?? receive()
  }

  private mutating func send() -> CheckOutcome? {
    while sent < request.count {
      switch socket.write(request.span.extracting(droppingFirst: sent)) {
      case .octets(let count): sent += count
      case .wouldBlock: return nil
      case .failed(let code): return .failed(.brokenUnanswered(SystemError("send", code: code)))
      }
    }
    return nil
  }

  private mutating func receive() -> CheckOutcome? {
    while true {
      switch socket.read(into: &input) {
      case .octets(0, _): return .failed(.badAnswer(reason: "has a head beyond \(input.capacity) octets"))
      case .octets:
        stage = .answering
        if let outcome = read() { return outcome }
      case .wouldBlock: return nil
      case .end: return .failed(stage == .waiting ? .closedUnanswered : .cutShort)
      case .failed(let code):
        return .failed(stage == .waiting ? .brokenUnanswered(SystemError("recv", code: code)) : .cutShort)
      }
    }
  }

  /// Reads heads until the final one (RFC 9110 §15.2: interim ones may come before it).
  private mutating func read() -> CheckOutcome? {
    do throws(HeadError) {
      while try parser.read(input, answerTo: .get) {
        let status = parser.head.status
        // Switched to a protocol that nobody asked for.
        guard status >= 200 || status == 101 else {
          input.consume(parser.head.length)
          parser.reset()
          continue
        }
        return .answered(status: status)
      }
      return nil
    } catch {
      return .failed(.badAnswer(reason: "is malformed: \(error)"))
    }
  }
}
