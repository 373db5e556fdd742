import Bytes
import COpenSSL
import EventLoop
import Glibc
import Testing
import Time

@testable import TLS

/// A transport, a client, and the socket pair between them.
final class Wire {
  let buffers = BufferPool()
  let client: Client
  var transport: Transport
  var result = HandshakeResult.wouldBlock

  init(_ context: TLSContext, _ wishes: Client.Wishes = .init(), resuming session: ClientSession? = nil) throws {
    let (near, far) = Self.pair()
    client = Client(descriptor: far, wishes: wishes, session: session)
    transport = try Transport(Socket(owning: near), server: context)
  }

  static func pair() -> (near: Int32, far: Int32) {
    var ends: [Int32] = [-1, -1]
    _ = unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0, &ends)
    return (ends[0], ends[1])
  }

  /// Runs the handshake to its end; `cut` octets are delivered at a time.
  func shake(cut: Int = .max) {
    for _ in 0..<20 {
      client.handshake()
      let outgoing = client.takeOutgoing()
      var start = 0
      while start < outgoing.count {
        let end = start + min(cut, outgoing.count - start)
        client.send(outgoing[start..<end])
        result = transport.handshake(in: buffers)
        start = end
      }
      if outgoing.isEmpty { result = transport.handshake(in: buffers) }
      client.receive()
      client.handshake()
      if client.isDone, case .done = result { return }
      if case .failed = result { return }
    }
  }

  var facts: HandshakeFacts? {
    guard case .done(let facts) = result else { return nil }
    return facts
  }

  // No macro takes apart what cannot be copied: what tests expect of the transport is asked for here.
  var hasPending: Bool { transport.hasPending }
  var failure: TLSFailure? { transport.failure }
  var endedCleanly: Bool { transport.endedCleanly }
  func handshake() -> HandshakeResult { transport.handshake(in: buffers) }
  func flush() -> WriteResult { transport.flush() }
  func release() { transport.releaseBuffers(to: buffers) }
  func read(into buffer: inout Buffer) -> ReadResult { transport.read(into: &buffer, buffers: buffers) }
  func write(_ head: inout Buffer, _ slices: borrowing Slices) -> WriteResult {
    transport.write(&head, slices, buffers: buffers)
  }

  /// Encrypts at the client and delivers.
  func clientSends(_ octets: [UInt8]) {
    client.write(octets)
    client.send(client.takeOutgoing())
  }

  /// One read of the transport.
  func read(room: BufferSize = .small) -> (ReadResult, [UInt8]) {
    var buffer = buffers.take(room)
    let result = transport.read(into: &buffer, buffers: buffers)
    var octets: [UInt8] = []
    octets.append(buffer.readable)
    buffers.give(buffer)
    return (result, octets)
  }

  /// Writes head and slices whole while the client reads. Returns what the client got.
  func deliver(_ head: [UInt8], _ chunks: [Chunk] = []) -> [UInt8] {
    var buffer = buffers.take(.large)
    buffer.append(head.span)
    var rest = chunks.map { Slice($0) }
    var got: [UInt8] = []
    for _ in 0..<10_000 where !buffer.isEmpty || !rest.isEmpty || transport.hasPending {
      var slices = Slices()
      for slice in rest { slices.append(slice) }
      let before = buffer.count
      if case .octets(let octets) = transport.write(&buffer, slices, buffers: buffers) {
        var left = octets - (before - buffer.count)
        while left > 0, let first = rest.first {
          let step = min(left, first.count)
          left -= step
          if step == first.count { rest.removeFirst() } else { rest[0] = first.dropping(first: step) }
        }
      }
      _ = transport.flush()
      client.receive()
      got += client.read()
    }
    buffers.give(buffer)
    return got
  }
}

extension TicketKeys {
  /// One random key.
  static func fresh() throws -> TicketKeys { try TicketKeys([.random()]) }
}

/// Contexts over certificates made for the test.
enum Fixture {
  static func certificate(_ names: String...) throws -> Certificate {
    let made = try SelfSignedCertificate.make(names: names)
    return try Certificate(chainPEM: made.chainPEM, from: "chain", keyPEM: made.keyPEM, from: "key")
  }

  /// - Parameter validity: seconds from now.
  static func rsaCertificate(
    _ names: String..., bits: Int32 = 2_048, validity: Range<Int> = SelfSignedCertificate.standardValidity
  ) throws -> Certificate {
    let generator = unsafe EVP_PKEY_CTX_new_id(EVP_PKEY_RSA, nil)
    defer { unsafe EVP_PKEY_CTX_free(generator) }
    var key: OpaquePointer?
    unsafe _ = EVP_PKEY_keygen_init(generator)
    unsafe _ = EVP_PKEY_CTX_set_rsa_keygen_bits(generator, bits)
    unsafe _ = EVP_PKEY_keygen(generator, &key)
    defer { unsafe EVP_PKEY_free(key) }
    let made = try unsafe SelfSignedCertificate.make(names: names, key: #require(key), validity: validity)
    return try Certificate(chainPEM: made.chainPEM, from: "chain", keyPEM: made.keyPEM, from: "key")
  }

  static func context(
    _ certificates: [Certificate]? = nil, profile: TLSProfile = .intermediate,
    protocols: [ApplicationProtocol] = [.http1], tickets: TicketKeys? = nil, name: String = "front",
    strictSNI: Bool = false, lifetime: Nanoseconds = .seconds(43_200)
  ) throws -> TLSContext {
    let set = try CertificateSet(certificates ?? [certificate("localhost")], of: name)
    return try TLSContext(
      TLSSettings(name: name, profile: profile, protocols: protocols, strictSNI: strictSNI, sessionLifetime: lifetime),
      certificates: CertificateRegistry().entry(named: name, initial: set),
      tickets: tickets ?? TicketKeys.fresh(), in: TLSLibrary())
  }
}
