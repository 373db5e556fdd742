import Bytes
import EventLoop
import HTTP
import TLS

/// One check on its connection: connect, agree on TLS where there is any, ask, read the answer's head. It does what the
/// socket allows and says when it has ended; time is its owner's.
struct CheckExchange: ~Copyable {
  private var transport: Transport
  private let request: [UInt8]
  private var sent = 0
  private var input: Buffer
  private var parser = ResponseHeadParser(limits: HeadLimits())
  private(set) var stage = UpstreamFailure.Stage.connecting
  /// The server let us in, and TLS is not agreed on yet.
  private(set) var isShaking = false
  /// The server has ended its side.
  private var isEnding = false

  /// - Parameters:
  ///   - transport: connecting.
  ///   - input: empty.
  init(on transport: consuming Transport, request: [UInt8], input: consuming Buffer) {
    self.transport = transport
    self.request = request
    self.input = input
  }

  /// Closes the connection and gives its buffers back.
  consuming func close(in loop: EventLoop) {
    if stage == .answering { transport.close() }
    transport.disconnect(to: loop.buffers)
    loop.buffers.give(input)
  }

  /// Goes on until the socket would block. `nil` while the check is under way.
  mutating func advance(_ readiness: Readiness, in buffers: BufferPool) -> CheckOutcome? {
    if readiness.contains(.ended) { isEnding = true }
    if stage == .connecting, !isShaking {
      guard readiness.contains(.writable) || isEnding else { return nil }
      if let error = transport.connectionError { return .failed(UpstreamFailure(connecting: error)) }
      isShaking = true
    }
    if isShaking {
      var result = transport.handshake(in: buffers)
      // Behind what was read lies the end, of which there will be no other news.
      if result == .wouldBlock, isEnding { result = transport.handshake(in: buffers) }
      switch result {
      case .wouldBlock: return nil
      case .failed(let failure): return .failed(.noHandshake(failure))
      case .done: (stage, isShaking) = (.waiting, false)
      }
    }
    return send(in: buffers) ?? receive(in: buffers)
  }

  private mutating func send(in buffers: BufferPool) -> CheckOutcome? {
    // The span is one of the whole exchange otherwise.
    let request = request
    while sent < request.count || transport.hasPending {
      switch transport.write(request.span.extracting(droppingFirst: sent), buffers: buffers) {
      case .octets(let count): sent += count
      case .wouldBlock: return nil
      case .failed(let code): return .failed(.brokenUnanswered(SystemError("send", code: code)))
      }
    }
    return nil
  }

  private mutating func receive(in buffers: BufferPool) -> CheckOutcome? {
    while true {
      guard input.room > 0 else { return .failed(.badAnswer(reason: "has a head beyond \(input.capacity) octets")) }
      switch transport.read(into: &input, buffers: buffers) {
      // Over TLS there is more than answers.
      case .octets(0, _): continue
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
