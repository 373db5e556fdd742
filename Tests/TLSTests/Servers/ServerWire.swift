import Bytes
import COpenSSL
import EventLoop
import Glibc
import Testing

@testable import TLS

/// A transport to a server, a transport of that server, and the socket pair between them.
final class ServerWire {
  let buffers = BufferPool()
  var near: Transport
  var far: Transport
  var result = HandshakeResult.wouldBlock
  var farResult = HandshakeResult.wouldBlock

  init(_ server: KnownServer, _ context: TLSContext) throws {
    let (one, other) = Wire.pair()
    near = try Transport(Socket(owning: one), client: server)
    far = try Transport(Socket(owning: other), server: context)
  }

  /// Runs the handshake to its end.
  @discardableResult func shake() -> HandshakeFacts? {
    for _ in 0..<20 {
      result = near.handshake(in: buffers)
      farResult = far.handshake(in: buffers)
      if case .failed = result { return nil }
      if case .done = result, case .done = farResult { break }
    }
    return facts
  }

  var facts: HandshakeFacts? {
    guard case .done(let facts) = result else { return nil }
    return facts
  }

  var farFacts: HandshakeFacts? {
    guard case .done(let facts) = farResult else { return nil }
    return facts
  }

  /// Why the server was not believed.
  var refusal: VerificationFailure.Reason? { failure?.reason }
  var failure: VerificationFailure? {
    guard case .failed(.unverified(let failure)) = result else { return nil }
    return failure
  }

  // No macro takes apart what cannot be copied.
  var endedCleanly: Bool { near.endedCleanly }
  var hasPending: Bool { near.hasPending }

  func write(_ octets: [UInt8]) -> WriteResult { near.write(octets.span, buffers: buffers) }

  func read() -> (ReadResult, [UInt8]) { Self.read(&near, buffers) }

  func farRead() -> (ReadResult, [UInt8]) { Self.read(&far, buffers) }

  func farSends(_ octets: [UInt8]) { _ = far.write(octets.span, buffers: buffers) }

  /// The near end reads what is there, session tickets among it.
  func settle() {
    while case .octets = read().0 {}
  }

  private static func read(_ transport: inout Transport, _ buffers: BufferPool) -> (ReadResult, [UInt8]) {
    var buffer = buffers.take(.large)
    let result = transport.read(into: &buffer, buffers: buffers)
    var octets: [UInt8] = []
    octets.append(buffer.readable)
    buffers.give(buffer)
    return (result, octets)
  }

  func disconnect() {
    near.disconnect(to: buffers)
    far.abort()
    far.releaseBuffers(to: buffers)
  }
}

extension Fixture {
  /// A context whose servers speak these versions alone, and renew tickets as OpenSSL's and nginx's do.
  static func context(_ certificate: Certificate, versions: ClosedRange<Int32>) throws -> TLSContext {
    let context = try context([certificate])
    unsafe _ = SSL_CTX_ctrl(context.handle, SSL_CTRL_SET_MIN_PROTO_VERSION, Int(versions.lowerBound), nil)
    unsafe _ = SSL_CTX_ctrl(context.handle, SSL_CTRL_SET_MAX_PROTO_VERSION, Int(versions.upperBound), nil)
    unsafe _ = SSL_CTX_set_tlsext_ticket_key_evp_cb(context.handle, nil)
    return context
  }

  static func server(_ tls: ServerTLS) throws -> KnownServer { try KnownServers(in: TLSLibrary()).server(tls) }
}
