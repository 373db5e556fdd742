import Bytes
import EventLoop
import TLS
import Telemetry
import Time

/// The state of a connection that opens.
struct OpeningCore: ~Copyable {
  enum Outcome {
    case waits
    /// - Parameter serverName: of the TLS handshake, lower-case; empty without one.
    case opened(ApplicationProtocol, serverName: [UInt8])
    /// - Parameter event: to be counted.
    case failed(ListenerEvent?)
  }

  private static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

  /// `nil` once it was handed over.
  private var transport: Transport?
  private let protocols: [ApplicationProtocol]
  private(set) var isShaking: Bool
  let descriptor: Int32
  private var input = Buffer()
  private var deadline = Deadline()
  private var token = EventToken.none

  init(_ transport: consuming Transport, protocols: [ApplicationProtocol]) {
    self.protocols = protocols
    isShaking = transport.isTLS
    descriptor = transport.descriptor
    self.transport = consume transport
  }

  mutating func start(_ token: EventToken, in worker: Worker) {
    self.token = token
    let limits = worker.limits
    deadline.set(
      worker.loop.now + (isShaking ? limits.handshakeTimeout : limits.headTimeout), of: token, in: worker.loop)
  }

  mutating func hasTimedOut(in worker: Worker) -> Bool { deadline.hasCome(of: token, in: worker.loop) }

  mutating func advance(in worker: Worker) -> Outcome {
    guard isShaking else { return readPreface(in: worker) }
    switch transport?.handshake(in: worker.buffers) {
    case .wouldBlock: return .waits
    case .failed, nil: return .failed(.handshakeFailed)
    case .done(let facts):
      // A client that offers no protocols speaks HTTP/1.1.
      let name = facts?.applicationProtocol ?? (protocols.contains(.http1) ? .http1 : .http2)
      return .opened(name, serverName: facts?.serverName.map { Array($0.utf8) } ?? [])
    }
  }

  /// Reads no more than decides: all that HTTP/1.1 knows differs from the preface in its first octets.
  private mutating func readPreface(in worker: Worker) -> Outcome {
    guard protocols.contains(.http1) else { return .opened(.http2, serverName: []) }
    while true {
      worker.buffers.supply(&input, .small)
      switch transport?.read(into: &input, buffers: worker.buffers) {
      case .octets(_, let drained):
        let count = Swift.min(input.count, Self.preface.count)
        guard input.readable.extracting(0..<count).equals(Self.preface.span.extracting(0..<count)) else {
          return .opened(.http1, serverName: [])
        }
        if count == Self.preface.count { return .opened(.http2, serverName: []) }
        if drained { return .waits }
      case .wouldBlock: return .waits
      case .end, .failed, nil: return .failed(input.isEmpty ? nil : .headCutShort)
      }
    }
  }

  /// What the session that follows takes over.
  struct Opened: ~Copyable {
    var transport: Transport
    /// What was read.
    var input: Buffer
  }

  /// Gives up transport and input; `nil` where it did so before.
  mutating func release(in worker: Worker) -> Opened? {
    guard let transport = transport.take() else { return nil }
    deadline.cancel(in: worker.loop)
    var input = Buffer()
    swap(&input, &self.input)
    return Opened(transport: transport, input: input)
  }

  mutating func close(in worker: Worker) {
    deadline.cancel(in: worker.loop)
    worker.buffers.reclaim(&input)
    transport?.close()
    transport?.releaseBuffers(to: worker.buffers)
    transport = nil
  }
}
