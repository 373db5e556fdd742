import COpenSSL
import Glibc
import Testing
import Time

@testable import TLS

@Suite("RFC 8446 §2.2, RFC 5246 §7.3: a session with a server is resumed", .serialized)
struct SessionTests {
  static let versions = [TLS1_2_VERSION, TLS1_3_VERSION]

  private let authority: Authority
  private let anchors: TrustAnchors

  init() throws {
    authority = try Authority("Test CA")
    anchors = try authority.anchors()
  }

  private func context(_ version: Int32) throws -> TLSContext {
    try Fixture.context(authority.issue("DNS:a.test,DNS:b.test"), versions: version...version)
  }

  /// One connection, and whether it resumed; tickets that came with it are taken.
  private func connect(
    to server: KnownServer, _ context: TLSContext, end: (ServerWire) -> Void = { $0.disconnect() }
  ) throws -> Bool? {
    let wire = try ServerWire(server, context)
    let facts = wire.shake()
    wire.settle()
    end(wire)
    return facts?.isResumed
  }

  @Test("again and again, also where its connection was cut without a word", arguments: versions)
  func resumed(version: Int32) throws {
    let (server, context) = try (Fixture.server(.verified(name: "a.test", anchors)), context(version))
    #expect(try (0..<5).map { _ in try connect(to: server, context) } == [false, true, true, true, true])
  }

  @Test("RFC 8446 §C.4: a ticket of 1.3 is used once, a session of 1.2 by all who come")
  func several() throws {
    for (version, resumed) in [(TLS1_2_VERSION, [true, true, true]), (TLS1_3_VERSION, [true, true, false])] {
      let (server, context) = try (Fixture.server(.verified(name: "a.test", anchors)), context(version))
      #expect(try connect(to: server, context) == false)
      let wires = try (0..<3).map { _ in try ServerWire(server, context) }
      #expect(wires.map { $0.shake()?.isResumed } == resumed, "two tickets come with a handshake")
    }
  }

  @Test("no more are kept than a bound says")
  func limit() throws {
    let (server, context) = try (Fixture.server(.verified(name: "a.test", anchors)), context(TLS1_3_VERSION))
    let wires = try (0..<8).map { _ in try ServerWire(server, context) }
    for wire in wires {
      #expect(wire.shake()?.isResumed == false)
      wire.settle()
    }
    var count = 0
    while let session = unsafe server.takeSession(at: .readClock()) {
      unsafe SSL_SESSION_free(session)
      count += 1
    }
    #expect(count == KnownServer.sessionLimit)
  }

  @Test("not once the server has forgotten its keys: then there is a whole handshake", arguments: versions)
  func forgotten(version: Int32) throws {
    let server = try Fixture.server(.verified(name: "a.test", anchors))
    #expect(try connect(to: server, context(version)) == false)
    let other = try context(version)
    #expect(try connect(to: server, other) == false)
    #expect(try connect(to: server, other) == true)
  }

  @Test("not under another name, other anchors, or without verification", arguments: versions)
  func others(version: Int32) throws {
    let (servers, context) = try (KnownServers(in: TLSLibrary()), context(version))
    let more = try TrustAnchors(pem: authority.pem + Authority("More").pem, from: "ca.pem")
    for tls in [
      ServerTLS.verified(name: "a.test", anchors), .verified(name: "b.test", anchors), .verified(name: "a.test", more),
      .unverified(name: "a.test"), .unverified(name: nil),
    ] {
      let server = try servers.server(tls)
      #expect(try connect(to: server, context) == false, "\(tls)")
      #expect(try connect(to: server, context) == true, "\(tls)")
      #expect(try servers.server(tls) === server)
    }
  }

  @Test("what is forgotten begins anew; what is kept does not")
  func kept() throws {
    let (servers, context) = try (KnownServers(in: TLSLibrary()), context(TLS1_3_VERSION))
    let (one, other) = (ServerTLS.verified(name: "a.test", anchors), ServerTLS.verified(name: "b.test", anchors))
    for tls in [one, other] { #expect(try connect(to: servers.server(tls), context) == false) }
    servers.keep(only: [one])
    #expect(try connect(to: servers.server(one), context) == true)
    #expect(try connect(to: servers.server(other), context) == false)
  }

  @Test("RFC 8446 §4.6.1: after an hour of resumptions the certificate is looked at again", arguments: versions)
  func bounded(version: Int32) throws {
    let (server, context) = try (Fixture.server(.verified(name: "a.test", anchors)), context(version))
    let start = Instant.readClock()
    #expect(!has(server, at: start))
    #expect(try connect(to: server, context) == false)
    let end = Instant.readClock()
    // Of the two tickets one is spent; what resumed connections bring in place of the other is no younger.
    #expect(has(server, at: start + (KnownServer.trustLimit - .milliseconds(1))))
    for _ in 0..<2 { #expect(try connect(to: server, context) == true) }
    #expect(!has(server, at: end + KnownServer.trustLimit))
  }

  private func has(_ server: KnownServer, at now: Instant) -> Bool {
    guard let session = unsafe server.takeSession(at: now) else { return false }
    unsafe SSL_SESSION_free(session)
    return true
  }

  @Test("not once a connection that used it was ended by an alert")
  func refused() throws {
    let (server, context) = try (Fixture.server(.verified(name: "a.test", anchors)), context(TLS1_2_VERSION))
    #expect(try connect(to: server, context) == false)
    let spoilt = try connect(to: server, context) { wire in
      // What is no record: the near end says so, and OpenSSL believes no session of such a connection.
      wire.far.spoil()
      _ = wire.read()
      wire.disconnect()
    }
    #expect(spoilt == true)
    #expect(try connect(to: server, context) == false)
  }
}

extension Transport {
  /// Sends octets past OpenSSL.
  mutating func spoil() {
    let nonsense = [UInt8](repeating: 0xFF, count: 64)
    unsafe _ = send(descriptor, nonsense, nonsense.count, 0)
  }
}
