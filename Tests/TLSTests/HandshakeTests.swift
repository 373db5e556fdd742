import Bytes
import COpenSSL
import EventLoop
import Glibc
import Testing

@testable import TLS

@Suite("RFC 8446 §2, RFC 5246 §7.3: the handshake", .serialized)
struct HandshakeTests {
  @Test(
    "agrees on the newest version that both speak",
    arguments: [
      (TLS1_3_VERSION, TLSVersion.tls13), (TLS1_2_VERSION, .tls12),
    ])
  func versions(most: Int32, agreed: TLSVersion) throws {
    let wire = try Wire(Fixture.context(), .init(versions: TLS1_2_VERSION...most))
    wire.shake()
    #expect(wire.facts?.version == agreed)
    #expect(wire.facts?.serverName == "localhost")
    #expect(wire.client.version == most)
    wire.release()
    #expect(wire.buffers.lent == 0)
  }

  @Test("is the same however it is cut", arguments: [1, 2, 5, 7, 100], [TLS1_2_VERSION, TLS1_3_VERSION])
  func cut(octets: Int, version: Int32) throws {
    let wire = try Wire(Fixture.context(), .init(versions: version...version))
    wire.shake(cut: octets)
    #expect(wire.facts != nil)
    wire.clientSends(Array("GET".utf8))
    #expect(wire.read().1 == Array("GET".utf8))
    #expect(wire.buffers.lent == 0)
  }

  @Test("profile `modern` speaks TLS 1.3 alone")
  func modern() throws {
    let wire = try Wire(Fixture.context(profile: .modern), .init(versions: TLS1_2_VERSION...TLS1_2_VERSION))
    wire.shake()
    guard case .failed(.nothingInCommon) = wire.result else {
      Issue.record("\(wire.result)")
      return
    }
    #expect(wire.failure != nil)
  }

  @Test(
    "profile `intermediate` knows no suite without ECDHE and AEAD",
    arguments: [
      ("ECDHE-ECDSA-AES128-GCM-SHA256", true), ("ECDHE-ECDSA-CHACHA20-POLY1305", true),
      ("ECDHE-ECDSA-AES128-SHA256", false), ("AES128-GCM-SHA256", false),
    ])
  func suites(suite: String, isSpoken: Bool) throws {
    let wire = try Wire(Fixture.context(), .init(versions: TLS1_2_VERSION...TLS1_2_VERSION, suites12: suite))
    wire.shake()
    #expect((wire.facts != nil) == isSpoken)
    if isSpoken { #expect(wire.client.suite == suite) }
  }

  @Test(
    "takes TLS 1.2 suites in the client's order",
    arguments: [
      "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-GCM-SHA256",
      "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305",
    ])
  func order(suites: String) throws {
    let wire = try Wire(Fixture.context(), .init(versions: TLS1_2_VERSION...TLS1_2_VERSION, suites12: suites))
    wire.shake()
    #expect(wire.client.suite == suites.split(separator: ":").first.map(String.init))
  }

  @Test(
    "RFC 7301 §3.2: the server's first protocol that the client offers",
    arguments: [
      (["h2", "http/1.1"], ApplicationProtocol.http1), (["http/1.1"], .http1), ([], nil),
    ])
  func protocols(offered: [String], chosen: ApplicationProtocol?) throws {
    let wire = try Wire(Fixture.context(), .init(protocols: offered))
    wire.shake()
    #expect(wire.facts != nil)
    #expect(wire.facts?.applicationProtocol == chosen)
  }

  @Test("RFC 7301 §3.2: no common protocol is a failure")
  func noProtocol() throws {
    let wire = try Wire(Fixture.context(), .init(protocols: ["acme-tls/1"]))
    wire.shake()
    #expect(wire.result == .failed(.noApplicationProtocol))
    #expect(wire.client.alert == 120)
  }

  @Test("with two protocols prefers ours, not the client's order")
  func preference() throws {
    let wire = try Wire(Fixture.context(protocols: [.http2, .http1]), .init(protocols: ["http/1.1", "h2"]))
    wire.shake()
    #expect(wire.facts?.applicationProtocol == .http2)
  }

  private static let noHellos: [([UInt8], TLSFailure?)] = [
    (Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8), .plainHTTP),
    ([UInt8](repeating: 0, count: 64), nil), ([UInt8](repeating: 0xFF, count: 64), nil),
    ([0x16, 3, 1, 0, 5, 1, 0, 0, 1, 0], nil), ([0x16, 3, 1, 0xFF, 0xFF] + [UInt8](repeating: 1, count: 50), nil),
    ([0x15, 3, 3, 0, 2, 2, 48], nil),
  ]

  @Test("garbage is a failure with its reason, and leaves no error behind", arguments: noHellos)
  func garbage(octets: [UInt8], reason: TLSFailure?) throws {
    let wire = try Wire(Fixture.context())
    wire.client.send(octets)
    let result = wire.handshake()
    guard case .failed(let failure) = result else {
      Issue.record("\(result) for \(octets)")
      return
    }
    if let reason { #expect(failure == reason) }
    #expect(wire.failure == failure)
    #expect(wire.handshake() == result, "fails again in the same way")
    #expect(ERR_peek_error() == 0)
    wire.transport.abort()
    wire.release()
    #expect(wire.buffers.lent == 0)
  }

  @Test("random octets and mutated hellos never trap")
  func noise() throws {
    var random = SystemRandomNumberGenerator()
    let context = try Fixture.context()
    for round in 0..<400 {
      let wire = try Wire(context)
      wire.client.handshake()
      var hello = wire.client.takeOutgoing()
      for _ in 0...(round % 7) { hello[Int.random(in: 0..<hello.count, using: &random)] = random.next() }
      wire.client.send(hello.prefix(Int.random(in: 1...hello.count, using: &random)))
      _ = wire.handshake()
      wire.client.end()
      _ = wire.handshake()
      #expect(ERR_peek_error() == 0)
    }
  }

  @Test("a peer that goes away is a failure")
  func gone() throws {
    let wire = try Wire(Fixture.context())
    wire.client.handshake()
    wire.client.send(wire.client.takeOutgoing().prefix(20))
    #expect(wire.handshake() == .wouldBlock)
    wire.client.end()
    #expect(wire.handshake() == .failed(.closed))
  }

  @Test("RFC 8446 §6.2: a client that does not trust the certificate is told by its alert")
  func untrusted() throws {
    let wire = try Wire(Fixture.context(), .init(verifies: true))
    wire.shake()
    #expect(wire.result == .failed(.alert(18)) || wire.result == .failed(.alert(48)))
  }

  @Test("a client's renegotiation is refused (RFC 5746 §5 leaves it to the server)")
  func renegotiation() throws {
    let wire = try Wire(Fixture.context(), .init(versions: TLS1_2_VERSION...TLS1_2_VERSION))
    wire.shake()
    wire.client.renegotiate()
    wire.client.send(wire.client.takeOutgoing())
    let (result, octets) = wire.read()
    #expect(octets.isEmpty)
    #expect(result == .wouldBlock || result == .failed(EPROTO))
    wire.client.receive()
    _ = wire.client.read()
    #expect(wire.client.lastError == SSL_ERROR_SSL, "the client was told no_renegotiation")
  }
}
