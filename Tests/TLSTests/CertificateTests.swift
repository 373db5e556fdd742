import COpenSSL
import Glibc
import Testing

@testable import TLS

@Suite("Certificates", .serialized)
struct CertificateTests {
  private static func made(_ names: String...) throws -> SelfSignedCertificate { try .make(names: names) }

  private func reason(_ chain: [UInt8], _ key: [UInt8]) -> CertificateError? {
    do throws(CertificateError) {
      _ = try Certificate(chainPEM: chain, from: "a.pem", keyPEM: key, from: "a.key")
      return nil
    } catch { return error }
  }

  @Test("a self-signed one has its names, its days and its key")
  func selfSigned() throws {
    let made = try SelfSignedCertificate.make()
    let certificate = try Certificate(chainPEM: made.chainPEM, from: "chain", keyPEM: made.keyPEM, from: "key")
    #expect(certificate.names == ["localhost", "127.0.0.1", "0:0:0:0:0:0:0:1"])
    #expect(certificate.keyKind == .ecdsa)
    #expect(certificate.keyBits == 256)
    #expect(certificate.notAfter - certificate.notBefore == 90 * 86_400 + 3_600)
    let now = Int64(time(nil))
    #expect(certificate.notBefore < now && certificate.notAfter > now + 89 * 86_400)
    #expect(ERR_peek_error() == 0)
  }

  @Test("no octet of a name gets into OpenSSL's own syntax", arguments: ["a,IP:1.2.3.4", "", "a b", "@section", "ä"])
  func injected(name: String) {
    #expect(throws: CertificateError(file: "self-signed certificate", reason: .unusableName(name))) {
      try SelfSignedCertificate.make(names: [name])
    }
  }

  @Test("a key of another certificate is refused, and the key's file named")
  func mismatch() throws {
    let (one, two) = try (Self.made("a"), Self.made("b"))
    #expect(
      reason(one.chainPEM, two.keyPEM) == CertificateError(file: "a.key", reason: .keyDoesNotMatch(chain: "a.pem")))
  }

  @Test("a chain in which one did not sign the other is refused")
  func order() throws {
    let (one, two) = try (Self.made("a"), Self.made("b"))
    let error = reason(one.chainPEM + two.chainPEM, one.keyPEM)
    #expect(error == CertificateError(file: "a.pem", reason: .chainOutOfOrder(2)))
    #expect(error.map { "\($0)" }?.contains("a.pem: certificate 2 did not sign certificate 1") == true)
  }

  @Test("what is no PEM is refused with the file's name")
  func malformed() throws {
    let made = try Self.made("a")
    #expect(reason([], made.keyPEM) == CertificateError(file: "a.pem", reason: .noCertificate))
    #expect(reason(Array("hello".utf8), made.keyPEM) == CertificateError(file: "a.pem", reason: .noCertificate))
    var broken = made.chainPEM
    broken[80] = UInt8(ascii: "!")
    #expect(reason(broken, made.keyPEM)?.file == "a.pem")
    #expect(reason(made.chainPEM, [])?.file == "a.key")
    #expect(reason(made.chainPEM, made.chainPEM)?.file == "a.key")
    #expect(ERR_peek_error() == 0)
  }

  @Test("PEM cut at any octet is refused or whole, and never traps")
  func cut() throws {
    let made = try Self.made("a")
    for cut in stride(from: 0, to: made.chainPEM.count - 2, by: 3) {
      #expect(reason(Array(made.chainPEM.prefix(cut)), made.keyPEM) != nil)
    }
    for cut in stride(from: 0, to: made.keyPEM.count - 2, by: 3) {
      #expect(reason(made.chainPEM, Array(made.keyPEM.prefix(cut))) != nil)
    }
  }

  @Test("an encrypted key is refused and nobody is asked for its pass phrase")
  func encrypted() throws {
    let made = try Self.made("a")
    let bio = unsafe BIO_new_mem_buf(made.keyPEM, Int32(made.keyPEM.count))
    let key = unsafe PEM_read_bio_PrivateKey(bio, nil, nil, nil)
    let target = unsafe BIO_new(BIO_s_mem())
    var phrase = Array("secret".utf8)
    unsafe _ = PEM_write_bio_PrivateKey(target, key, EVP_aes_256_cbc(), &phrase, Int32(phrase.count), nil, nil)
    var octets = [UInt8](repeating: 0, count: 10_000)
    let count = unsafe BIO_read(target, &octets, 10_000)
    unsafe EVP_PKEY_free(key)
    unsafe _ = (BIO_free(bio), BIO_free(target))
    ERR_clear_error()
    #expect(
      reason(made.chainPEM, Array(octets.prefix(Int(count))))
        == CertificateError(file: "a.key", reason: .keyIsEncrypted))
  }

  @Test("an error takes the root of OpenSSL's queue and leaves it empty")
  func queue() {
    let garbage: [UInt8] = [0x30, 0x03, 0x02, 0x01, 0x00]
    unsafe garbage.withUnsafeBufferPointer { octets in
      var start = octets.baseAddress
      #expect(unsafe d2i_X509(nil, &start, octets.count) == nil)
    }
    #expect(ERR_peek_error() != ERR_peek_last_error(), "more than one")
    #expect(TLSError("try").reason != "no reason given")
    #expect(ERR_peek_error() == 0)
  }

  @Test("a file that is not there is named")
  func missing() {
    #expect(throws: CertificateError(file: "/nowhere/a.pem", reason: .unreadable("No such file or directory"))) {
      try Certificate.read("/nowhere/a.pem")
    }
  }

  @Test(
    "what is no regular file is refused before it is read: a FIFO would be waited for",
    arguments: ["/dev/zero", "/tmp"])
  func notRegular(path: String) {
    #expect(throws: CertificateError(file: path, reason: .unreadable("it is not a regular file"))) {
      try Certificate.read(path)
    }
  }
}

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
    #expect(throws: CertificateError(file: "front", reason: .empty)) { try CertificateSet([], of: "front") }
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
      TLSSettings(name: "front"), certificates: entry, tickets: TicketKeys(), in: TLSLibrary())
    for name in ["old.test", "new.test", "newer.test"] {
      if name != "old.test" { try entry.replace(with: CertificateSet([Fixture.certificate(name)], of: "front")) }
      let wire = try Wire(context, .init(serverName: nil))
      wire.shake()
      #expect(wire.client.shownName == name)
    }
    #expect(entry.generation == 3)
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
