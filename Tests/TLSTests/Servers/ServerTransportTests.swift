import Bytes
import COpenSSL
import EventLoop
import Glibc
import Testing

@testable import TLS

@Suite("RFC 8446: a connection to a server", .serialized)
struct ServerTransportTests {
  private func wire(versions: ClosedRange<Int32> = TLS1_2_VERSION...TLS1_3_VERSION) throws -> ServerWire {
    let context = try Fixture.context(Fixture.certificate("a.test"), versions: versions)
    return try ServerWire(Fixture.server(.unverified(name: "a.test")), context)
  }

  /// Near end alone, with whatever a test sends from the far one.
  private func against(_ octets: String, _ body: (inout Transport, Int32, BufferPool) -> Void) throws {
    let (near, far) = Wire.pair()
    let buffers = BufferPool()
    var transport = try Transport(Socket(owning: near), client: Fixture.server(.unverified(name: nil)))
    #expect(transport.handshake(in: buffers) == .wouldBlock)
    _ = unsafe send(far, Array(octets.utf8), octets.utf8.count, 0)
    body(&transport, far, buffers)
    transport.disconnect(to: buffers)
    close(far)
    #expect(buffers.lent == 0)
    #expect(ERR_peek_error() == 0)
  }

  @Test("who answers in cleartext does not speak TLS", arguments: ["HTTP/1.1 400 Bad Request\r\n\r\n", "220 smtp\r\n"])
  func plain(text: String) throws {
    try against(text) { transport, _, buffers in
      #expect(transport.handshake(in: buffers) == .failed(.notTLS))
      #expect(transport.handshake(in: buffers) == .failed(.notTLS), "for good")
    }
  }

  @Test("who goes away in the handshake, has closed")
  func closed() throws {
    try against("") { transport, far, buffers in
      shutdown(far, Int32(SHUT_RDWR))
      #expect(transport.handshake(in: buffers) == .failed(.closed))
    }
  }

  @Test("RFC 8446 §6: an alert is told by number and word")
  func alert() throws {
    try against("\u{15}\u{3}\u{3}\u{0}\u{2}\u{2}\u{28}") { transport, _, buffers in
      let result = transport.handshake(in: buffers)
      #expect(result == .failed(.alert(40)))
    }
    #expect("\(TLSFailure.alert(40))" == "the peer sent alert 40 (handshake failure)")
  }

  @Test("no version before 1.2 is spoken", arguments: [TLS1_VERSION, TLS1_1_VERSION])
  func old(version: Int32) throws {
    let wire = try wire(versions: version...version)
    wire.shake()
    guard case .failed = wire.result else {
      Issue.record("\(wire.result)")
      return
    }
  }

  @Test("RFC 7301 §3.1: http/1.1 is offered, and nothing else is taken", arguments: [true, false])
  func protocols(isOurs: Bool) throws {
    let context = try Fixture.context([Fixture.certificate("a.test")])
    if !isOurs {
      unsafe SSL_CTX_set_alpn_select_cb(
        context.handle,
        { _, chosen, count, _, _, _ in
          unsafe chosen?.pointee = h2.utf8Start
          unsafe count?.pointee = 2
          return SSL_TLSEXT_ERR_OK
        }, nil)
    }
    let wire = try ServerWire(Fixture.server(.unverified(name: nil)), context)
    wire.shake()
    if isOurs {
      #expect(wire.facts?.applicationProtocol == .http1)
    } else {
      #expect(wire.result == .failed(.malformed("bad extension")))
    }
  }

  @Test("octets pass both ways, whole", arguments: [1, 16_300, 16_384, 70_000, 1_000_000])
  func bulk(count: Int) throws {
    for version in SessionTests.versions {
      let wire = try wire(versions: version...version)
      wire.shake()
      let octets = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 8) }
      var (sent, got) = (0, [UInt8]())
      for _ in 0..<100_000 where got.count < count {
        if case .octets(let taken) = wire.write(Array(octets[sent...])) {
          #expect(taken <= 262_144)
          sent += taken
        }
        _ = wire.near.flush()
        while case (.octets, let more) = wire.farRead() { got += more }
      }
      #expect(got == octets)
      wire.farSends([1, 2, 3])
      var answer: [UInt8] = []
      while case (.octets, let more) = wire.read() { answer += more }
      #expect(answer == [1, 2, 3])
      wire.disconnect()
      #expect(wire.buffers.lent == 0)
    }
  }

  @Test("with a server that does not read one buffer is pending, and nothing more is taken")
  func backpressure() throws {
    let wire = try wire()
    wire.shake()
    wire.settle()
    let block = [UInt8](repeating: 1, count: 200_000)
    var last = WriteResult.octets(0)
    for _ in 0..<100 where last != .wouldBlock { last = wire.write(block) }
    #expect(last == .wouldBlock && wire.hasPending)
    #expect(wire.write(block) == .wouldBlock)
    #expect(wire.buffers.lent == 1)
    wire.disconnect()
    #expect(wire.buffers.lent == 0)
  }

  @Test("RFC 8446 §6.1: the server's `close_notify` is a clean end, a cut is not", arguments: [true, false])
  func ends(isClean: Bool) throws {
    let wire = try wire()
    wire.shake()
    wire.farSends([1, 2])
    if isClean { wire.far.finishWriting() } else { wire.far.disconnect(to: wire.buffers) }
    #expect(wire.read().1 == [1, 2])
    #expect(wire.read().0 == .end)
    #expect(wire.endedCleanly == isClean)
  }

  @Test("says `close_notify` where it ends in order, and not where it is given up", arguments: [true, false])
  func closes(inOrder: Bool) throws {
    let wire = try wire()
    wire.shake()
    wire.settle()
    if inOrder { wire.near.close() }
    wire.near.disconnect(to: wire.buffers)
    #expect(wire.farRead().0 == .end)
    let isClean = wire.far.endedCleanly
    #expect(isClean == inOrder)
    wire.far.disconnect(to: wire.buffers)
    #expect(wire.buffers.lent == 0)
  }

  @Test("session tickets alone are no news of the server's")
  func tickets() throws {
    let wire = try wire(versions: TLS1_3_VERSION...TLS1_3_VERSION)
    wire.shake()
    let (result, octets) = wire.read()
    #expect(octets.isEmpty)
    #expect(result == .wouldBlock || result == .octets(0, drained: false))
    #expect(wire.read().0 == .wouldBlock)
  }

  @Test("RFC 5246 §7.4.1.1: a server's wish to renegotiate is not followed")
  func renegotiation() throws {
    let (near, far) = Wire.pair()
    let buffers = BufferPool()
    let context = try Fixture.context(Fixture.certificate("a.test"), versions: TLS1_2_VERSION...TLS1_2_VERSION)
    // SSL_OP_NO_RENEGOTIATION, which is a macro over a cast.
    unsafe _ = SSL_CTX_clear_options(context.handle, 1 << 30)
    let server = unsafe SSL_new(context.handle)
    defer { unsafe SSL_free(server) }
    unsafe _ = SSL_set_fd(server, far)
    unsafe SSL_set_accept_state(server)
    var transport = try Transport(Socket(owning: near), client: Fixture.server(.unverified(name: nil)))
    for _ in 0..<6 {
      _ = transport.handshake(in: buffers)
      unsafe _ = SSL_do_handshake(server)
    }
    unsafe _ = SSL_renegotiate(server)
    unsafe _ = SSL_do_handshake(server)
    var buffer = buffers.take(.small)
    #expect(transport.read(into: &buffer, buffers: buffers) == .wouldBlock)
    var octet: UInt8 = 0
    ERR_clear_error()
    #expect(unsafe SSL_read(server, &octet, 1) != 1)
    #expect(Int32(truncatingIfNeeded: ERR_GET_REASON(ERR_get_error())) == SSL_R_NO_RENEGOTIATION, "it is told no")
    #expect(transport.write([1].span, buffers: buffers) == .octets(1))
    buffers.give(buffer)
    transport.disconnect(to: buffers)
    ERR_clear_error()
    close(far)
    #expect(buffers.lent == 0)
  }
}

private let h2: StaticString = "h2"
