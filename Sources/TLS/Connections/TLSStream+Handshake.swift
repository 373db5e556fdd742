import Bytes
import COpenSSL
import EventLoop

extension TLSStream {
  init(server context: TLSContext) throws(TLSError) {
    let ssl = unsafe SSL_new(context.handle)
    unsafe try self.init(ssl, with: context)
    unsafe SSL_set_accept_state(self.ssl)
  }

  init(client server: KnownServer) throws(TLSError) {
    let ssl = unsafe server.connection()
    unsafe try self.init(ssl, with: server)
    unsafe SSL_set_connect_state(self.ssl)
  }

  /// More rounds than any handshake has.
  private static let roundLimit = 32

  mutating func handshake(over socket: borrowing Socket, in buffers: BufferPool) -> HandshakeResult {
    switch state {
    case .open: return .done(facts)
    case .failed: return .failed(failure ?? .closed)
    case .shaking: break
    }
    var input = received.take() ?? buffers.take(.small)
    var output = pending.take() ?? buffers.take(.small)
    let result = shake(over: socket, &input, &output)
    keep(input, output, in: buffers)
    if case .failed(let failure) = result { fail(failure) }
    return result
  }

  private mutating func shake(
    over socket: borrowing Socket, _ input: inout Buffer, _ output: inout Buffer
  ) -> HandshakeResult {
    var isDrained = false
    for _ in 0..<Self.roundLimit {
      let step = unsafe step(&input, &output) { ssl, _ in unsafe SSL_do_handshake(ssl) }
      // OpenSSL's reason first: sending could meet errors of its own.
      let failure = step == .failed ? peer.takeFailure() : nil
      let sent = send(&output, over: socket)
      if let failure { return .failed(failure) }
      if case .failed(let code) = sent { return .failed(.socket(code)) }
      switch step {
      case .octets:
        state = .open
        return .done(facts)
      case .blocked:
        guard output.isEmpty else { return .wouldBlock }
      case .starved, .failed:
        guard !isDrained else { return .wouldBlock }
        switch socket.read(into: &input) {
        case .octets(_, let drained): isDrained = drained
        case .wouldBlock: return .wouldBlock
        case .end: return .failed(.closed)
        case .failed(let code): return .failed(.socket(code))
        }
      }
    }
    return .failed(.malformed("too many rounds"))
  }

  /// What was agreed; to be asked for after the handshake.
  private var facts: HandshakeFacts {
    var name: UnsafePointer<UInt8>?
    var count: UInt32 = 0
    // Proof: the name belongs to the connection; it is copied.
    unsafe SSL_get0_alpn_selected(ssl, &name, &count)
    let chosen = unsafe String(decoding: UnsafeBufferPointer(start: name, count: Int(count)), as: UTF8.self)
    return unsafe HandshakeFacts(
      serverName: TLSContext.serverName(of: ssl),
      version: SSL_version(ssl) == TLS1_3_VERSION ? .tls13 : .tls12,
      applicationProtocol: ApplicationProtocol(rawValue: chosen),
      isResumed: SSL_session_reused(ssl) == 1)
  }
}
