import COpenSSL
import Testing

@testable import TLS

@Suite("RFC 9525 §6.3: which certificate a name gets", .serialized)
struct CertificateSetTests {
  @Test(
    "exact before wildcard before the default",
    arguments: [
      (nil, 0), ("unknown.test", 0), ("www.mygov.scot", 2), ("a.mygov.scot", 1), ("mygov.scot", 0),
      ("a.b.mygov.scot", 0), (".mygov.scot", 0), ("", 0), ("*.mygov.scot", 1), ("a.", 0),
    ])
  func choice(name: String?, place: Int) throws {
    let set = try CertificateSet(
      [
        Fixture.certificate("default.test"), Fixture.certificate("*.mygov.scot"),
        Fixture.certificate("www.mygov.scot", "*.other.test"),
      ], of: "front")
    #expect(set.choose(for: name) == [place])
  }

  @Test("the first of two for one name and kind of key is used; none at all is an error")
  func duplicates() throws {
    let set = try CertificateSet([Fixture.certificate("a.test"), Fixture.certificate("a.test")], of: "front")
    #expect(set.choose(for: "a.test") == [0])
    #expect(set.shadowed == [CertificateSet.Shadow(name: "a.test", used: "chain", unused: "chain")])
    #expect(throws: CertificateError(file: "front", reason: .empty)) { try CertificateSet([], of: "front") }
  }

  @Test("who names no server may choose the kind of key too")
  func defaultKinds() throws {
    let set = try CertificateSet(
      [
        Fixture.certificate("a.test"), Fixture.certificate("b.test"), Fixture.rsaCertificate("b.test", "a.test"),
        Fixture.rsaCertificate("a.test"),
      ], of: "front")
    #expect(set.choose(for: nil) == [0, 2])
    #expect(set.choose(for: "b.test") == [1, 2])
    #expect(set.shadowed.map(\.name) == ["a.test"])
  }

  @Test("of ten thousand names each finds its own")
  func many() throws {
    let certificates = try (0..<100).map { part in
      let made = try SelfSignedCertificate.make(names: (0..<100).map { "n\(part * 100 + $0).test" })
      return try Certificate(chainPEM: made.chainPEM, from: "chain", keyPEM: made.keyPEM, from: "key")
    }
    let set = try CertificateSet(certificates, of: "front")
    for name in 0..<10_000 where set.choose(for: "n\(name).test") != [name / 100] { Issue.record("n\(name)") }
    #expect(!set.knows("n10000.test") && set.knows("n9999.test"))
  }

  @Test(
    "a client is shown the certificate of the name it asks for",
    arguments: [
      ("a.test", "a.test"), ("A.Test", "a.test"), ("x.b.test", "*.b.test"), ("nobody.test", "default.test"),
      (nil, "default.test"),
    ])
  func shown(asked: String?, name: String) throws {
    let certificates = try [
      Fixture.certificate("default.test"), Fixture.certificate("a.test"), Fixture.certificate("*.b.test"),
    ]
    let context = try Fixture.context(certificates)
    for version in [TLS1_2_VERSION, TLS1_3_VERSION] {
      let wire = try Wire(context, .init(serverName: asked, versions: version...version))
      wire.shake()
      #expect(wire.client.shownName == name)
      #expect(wire.facts?.serverName == asked?.lowercased())
    }
  }

  @Test(
    "of two kinds of key for one name the client's abilities decide",
    arguments: [
      ("RSA-PSS+SHA256:RSA+SHA256", Certificate.KeyKind.rsa), ("ECDSA+SHA256", .ecdsa),
    ])
  func kinds(signatures: String, kind: Certificate.KeyKind) throws {
    let (ecdsa, rsa) = try (Fixture.certificate("a.test", "ecdsa"), Fixture.rsaCertificate("a.test", "rsa"))
    #expect(rsa.keyKind == .rsa && rsa.keyBits == 2_048)
    let context = try Fixture.context([Fixture.certificate("default.test"), ecdsa, rsa])
    for version in [TLS1_2_VERSION, TLS1_3_VERSION] {
      let wire = try Wire(context, .init(serverName: "a.test", versions: version...version, signatures: signatures))
      wire.shake()
      #expect(wire.facts != nil)
      #expect(wire.client.shownKeyKind == kind)
    }
  }

  @Test("a replaced certificate is shown from the next handshake on, by the same context")
  func replaced() throws {
    let registry = CertificateRegistry()
    let entry = try registry.entry(
      named: "front", initial: CertificateSet([Fixture.certificate("old.test")], of: "front"))
    let context = try TLSContext(
      TLSSettings(name: "front"), certificates: entry, tickets: TicketKeys.fresh(), in: TLSLibrary())
    for name in ["old.test", "new.test", "newer.test"] {
      if name != "old.test" { try entry.replace(with: CertificateSet([Fixture.certificate(name)], of: "front")) }
      let wire = try Wire(context, .init(serverName: nil))
      wire.shake()
      #expect(wire.client.shownName == name)
    }
    #expect(entry.generation == 3)
    entry.replace(with: entry.current)
    #expect(entry.generation == 3, "nothing was replaced")
    #expect(registry.entry(named: "front") === entry)
    registry.retain(only: [])
    #expect(registry.entry(named: "front") == nil)
  }
}

@Suite("RFC 6066 §3: server_name")
struct ServerNameExtensionTests {
  private static func body(_ name: String) -> [UInt8] {
    let octets = Array(name.utf8)
    return [0, UInt8(octets.count + 3), 0, 0, UInt8(octets.count)] + octets
  }

  @Test(
    "is lower-cased and loses its final dot",
    arguments: [
      ("a.test", "a.test"), ("A.TEST.", "a.test"), ("x", "x"),
    ])
  func name(sent: String, read: String) {
    #expect(ServerNameExtension.hostName(in: Self.body(sent).span) == Array(read.utf8))
  }

  @Test("cut at any octet it is no name")
  func cut() {
    let body = Self.body("www.mygov.scot")
    for cut in 0..<body.count { #expect(ServerNameExtension.hostName(in: body.span.extracting(0..<cut)) == nil) }
    #expect(ServerNameExtension.hostName(in: [0, 4, 1, 0, 1, 65].span) == nil, "another type of name")
  }
}
