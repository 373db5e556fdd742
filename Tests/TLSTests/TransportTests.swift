import Bytes
import COpenSSL
import EventLoop
import Glibc
import Testing

@testable import TLS

@Suite("Transport", .serialized)
struct TransportTests {
  private static func pattern(_ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
  }
  private static func chunk(_ octets: [UInt8]) -> Chunk { Chunk(copying: octets.span) }

  @Test("reads what the client wrote, wherever it is cut", arguments: [1, 3, 1_000, 16_384, 16_385, 40_000])
  func reads(count: Int) throws {
    let wire = try Wire(Fixture.context())
    wire.shake()
    let sent = Self.pattern(count)
    wire.client.write(sent)
    let ciphertext = wire.client.takeOutgoing()
    var got: [UInt8] = []
    var start = 0
    let step = max(1, count / 50)
    while start < ciphertext.count {
      let end = min(start + step, ciphertext.count)
      wire.client.send(ciphertext[start..<end])
      start = end
      while case (.octets(_, let drained), let octets) = wire.read() {
        got += octets
        if drained { break }
      }
    }
    #expect(got == sent)
    #expect(wire.buffers.lent == 0)
  }

  @Test("one record an octet at a time wants no more than it was given")
  func drip() throws {
    let wire = try Wire(Fixture.context())
    wire.shake()
    wire.client.write(Array("GET / HTTP/1.1\r\n\r\n".utf8))
    let ciphertext = wire.client.takeOutgoing()
    for (index, octet) in ciphertext.enumerated() {
      wire.client.send([octet])
      let (result, octets) = wire.read()
      if index + 1 < ciphertext.count {
        #expect(result == .wouldBlock)
      } else {
        #expect(result == .octets(18, drained: true))
        #expect(octets.count == 18)
      }
    }
  }

  @Test("several records come in one read, and `drained` is said when nothing is left")
  func records() throws {
    let wire = try Wire(Fixture.context())
    wire.shake()
    for _ in 0..<3 { wire.clientSends([1, 2, 3]) }
    #expect(wire.read().0 == .octets(9, drained: true))
    #expect(wire.read().0 == .wouldBlock)
  }

  @Test("a buffer smaller than a record gets the rest at the next read")
  func narrow() throws {
    let wire = try Wire(Fixture.context())
    wire.shake()
    wire.clientSends(Self.pattern(10_000))
    var buffer = wire.buffers.take(.small)
    buffer.append(Self.pattern(16_384 - 100).span)
    #expect(wire.read(into: &buffer) == .octets(100, drained: false))
    #expect(wire.read(into: &buffer) == .octets(0, drained: false))
    buffer.clear()
    #expect(wire.read(into: &buffer) == .octets(9_900, drained: false))
    buffer.clear()
    #expect(wire.read(into: &buffer) == .wouldBlock)
    wire.buffers.give(buffer)
  }

  @Test("octets that came with the handshake's last flight are read without the socket")
  func early() throws {
    let wire = try Wire(Fixture.context())
    wire.client.handshake()
    wire.client.send(wire.client.takeOutgoing())
    _ = wire.handshake()
    wire.client.receive()
    wire.client.handshake()
    #expect(wire.client.isDone)
    wire.client.write([7, 8, 9])
    wire.client.send(wire.client.takeOutgoing())
    guard case .done = wire.handshake() else {
      Issue.record("not done")
      return
    }
    let (result, octets) = wire.read()
    #expect(result == .octets(3, drained: false), "the socket was not asked in this call")
    #expect(octets == [7, 8, 9])
  }

  @Test(
    "head and slices arrive in order",
    arguments: [
      (0, [1]), (300, []), (300, [1_024]), (300, [16_384]), (16_384, [16_384]), (20_000, [5, 5, 70_000, 1]),
      (300, [100_000]), (200, [300_000, 300_000]), (1, Array(repeating: 7, count: 16)), (64_000, [1_000]),
    ])
  func writes(head: Int, slices: [Int]) throws {
    for version in [TLS1_2_VERSION, TLS1_3_VERSION] {
      let wire = try Wire(Fixture.context(), .init(versions: version...version))
      wire.shake()
      let octets = Self.pattern(head)
      let bodies = slices.map { Self.pattern($0) }
      let got = wire.deliver(octets, bodies.map(Self.chunk))
      #expect(got == octets + bodies.flatMap { $0 })
      wire.release()
      #expect(wire.buffers.lent == 0)
    }
  }

  @Test("a small head and body leave as one record in one send")
  func coalesced() throws {
    let wire = try Wire(Fixture.context())
    wire.shake()
    wire.client.receive()
    _ = wire.client.read()
    var head = wire.buffers.take(.small)
    head.append(Self.pattern(200).span)
    var slices = Slices()
    slices.append(Slice(Self.chunk(Self.pattern(1_024))))
    #expect(wire.write(&head, slices) == .octets(1_224))
    #expect(head.isEmpty && !wire.hasPending)
    #expect(wire.client.receive() == 1_224 + 22, "5 of header, 1 of type, 16 of tag")
    #expect(wire.client.read() == Self.pattern(200) + Self.pattern(1_024))
    wire.buffers.give(head)
    #expect(wire.buffers.lent == 0)
  }

  @Test("a large body leaves in one call, four records to a send")
  func bulk() throws {
    let wire = try Wire(Fixture.context())
    wire.shake()
    wire.client.receive()
    _ = wire.client.read()
    var head = wire.buffers.take(.small)
    head.append(Self.pattern(300).span)
    var slices = Slices()
    slices.append(Slice(Self.chunk(Self.pattern(100_000))))
    #expect(wire.write(&head, slices) == .octets(100_300))
    #expect(!wire.hasPending)
    // 65,536 hold three full records and one of 16,254; seven records in all.
    #expect(wire.client.receive() == 100_300 + 7 * 22)
    wire.buffers.give(head)
  }

  @Test("with a peer that does not read, one buffer is pending and nothing more is taken")
  func backpressure() throws {
    let wire = try Wire(Fixture.context())
    wire.shake()
    wire.client.receive()
    _ = wire.client.read()
    let body = Self.chunk(Self.pattern(4_000_000))
    var head = wire.buffers.take(.small)
    var start = 0
    var sawBlock = false
    for _ in 0..<100 {
      var slices = Slices()
      slices.append(Slice(body, start..<body.count))
      guard case .octets(let taken) = wire.write(&head, slices) else {
        sawBlock = true
        break
      }
      #expect(taken <= 262_144)
      start += taken
    }
    #expect(sawBlock && wire.hasPending)
    #expect(wire.flush() == .wouldBlock)
    #expect(wire.buffers.lent == 2, "the head and the ciphertext")
    // The peer reads: all that was taken arrives, and then it goes on.
    var got: [UInt8] = []
    while wire.hasPending || wire.client.receive() ?? 0 > 0 {
      wire.client.receive()
      got += wire.client.read()
      _ = wire.flush()
    }
    got += wire.client.read()
    #expect(got == Self.pattern(start))
    wire.buffers.give(head)
  }

  @Test("RFC 8446 §6.1: `close_notify` is a clean end, a cut is not", arguments: [true, false])
  func ends(isClean: Bool) throws {
    let wire = try Wire(Fixture.context())
    wire.shake()
    wire.client.write([1, 2])
    if isClean { wire.client.sendCloseNotify() }
    wire.client.send(wire.client.takeOutgoing())
    wire.client.end()
    let (result, octets) = wire.read()
    #expect(octets == [1, 2])
    #expect(result == .octets(2, drained: !isClean))
    #expect(wire.read().0 == .end)
    #expect(wire.read().0 == .end)
    #expect(wire.endedCleanly == isClean)
    #expect(ERR_peek_error() == 0)
    // Half a close: the answer still goes out.
    #expect(wire.deliver([3, 4, 5]) == [3, 4, 5])
  }

  @Test("says `close_notify`, goes on reading, and writes no more")
  func closes() throws {
    let wire = try Wire(Fixture.context())
    wire.shake()
    wire.transport.finishWriting()
    wire.client.receive()
    _ = wire.client.read()
    #expect(wire.client.lastError == SSL_ERROR_ZERO_RETURN)
    #expect(wire.client.receive() == nil)
    wire.clientSends([9])
    #expect(wire.read().1 == [9])
    var head = wire.buffers.take(.small)
    head.append([1].span)
    #expect(wire.write(&head, Slices()) == .failed(EPIPE))
    wire.buffers.give(head)
    wire.release()
    #expect(wire.buffers.lent == 0)
  }

  @Test("after `abort` no `close` says that the answer is whole")
  func aborts() throws {
    let wire = try Wire(Fixture.context())
    wire.shake()
    #expect(wire.deliver([1]) == [1])
    wire.transport.abort()
    wire.transport.close()
    #expect(wire.client.receive() == 0)
    _ = wire.client.read()
    #expect(wire.client.lastError == SSL_ERROR_WANT_READ)
  }

  @Test("RFC 8446 §5.2: a forged record fails the connection and tells the peer")
  func forged() throws {
    let wire = try Wire(Fixture.context())
    wire.shake()
    wire.client.receive()
    _ = wire.client.read()
    wire.client.write([1, 2, 3])
    var ciphertext = wire.client.takeOutgoing()
    ciphertext[ciphertext.count - 1] ^= 1
    wire.client.send(ciphertext)
    #expect(wire.read().0 == .failed(EPROTO))
    guard case .malformed = wire.failure else {
      Issue.record("\(String(describing: wire.failure))")
      return
    }
    #expect(wire.read().0 == .failed(EPROTO))
    #expect(ERR_peek_error() == 0)
    wire.client.receive()
    _ = wire.client.read()
    #expect(wire.client.lastError == SSL_ERROR_SSL, "bad_record_mac")
  }

  @Test("what came before a forged record is still read")
  func beforeForged() throws {
    let wire = try Wire(Fixture.context())
    wire.shake()
    wire.client.write([1])
    let good = wire.client.takeOutgoing()
    wire.client.write([2])
    var bad = wire.client.takeOutgoing()
    bad[bad.count - 1] ^= 1
    wire.client.send(good + bad)
    #expect(wire.read().0 == .octets(1, drained: false))
    #expect(wire.read().0 == .failed(EPROTO))
  }

  @Test("RFC 8446 §4.6.3: a key update is answered when asked for, and nobody notices", arguments: [false, true])
  func keyUpdate(asking: Bool) throws {
    let wire = try Wire(Fixture.context(), .init(versions: TLS1_3_VERSION...TLS1_3_VERSION))
    wire.shake()
    wire.client.updateKeys(asking: asking)
    wire.clientSends([5])
    #expect(wire.read().1 == [5])
    #expect(wire.deliver([6]) == [6])
    #expect(wire.buffers.lent == 0)
  }

  @Test("without TLS the handshake is done and octets pass as they are")
  func plain() throws {
    let (near, far) = Wire.pair()
    let buffers = BufferPool()
    var transport = Transport(plain: Socket(owning: near))
    #expect(transport.handshake(in: buffers) == .done(nil))
    let isTLS = transport.isTLS
    #expect(!isTLS)
    var head = buffers.take(.small)
    head.append([1, 2].span)
    var slices = Slices()
    slices.append(Slice(Self.chunk([3])))
    #expect(transport.write(&head, slices, buffers: buffers) == .octets(3))
    let hasPending = transport.hasPending
    #expect(!hasPending)
    #expect(transport.flush() == .octets(0))
    var octets: [UInt8] = [0, 0, 0, 0]
    #expect(unsafe recv(far, &octets, 4, 0) == 3)
    #expect(octets == [1, 2, 3, 0])
    close(far)
    #expect(transport.read(into: &head, buffers: buffers) == .end)
    let (endedCleanly, failure) = (transport.endedCleanly, transport.failure)
    #expect(endedCleanly && failure == nil)
    transport.close()
    transport.releaseBuffers(to: buffers)
    buffers.give(head)
  }
}
