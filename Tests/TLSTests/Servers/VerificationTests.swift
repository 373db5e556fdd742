import COpenSSL
import Testing
import Time

@testable import TLS

@Suite("RFC 9525, RFC 5280 §6: whose certificate is believed", .serialized)
struct VerificationTests {
  private let authority: Authority

  init() throws { authority = try Authority("Test CA") }

  /// What a server that was called so says of itself.
  private func meet(_ name: String, _ certificate: Certificate, _ anchors: TrustAnchors? = nil) throws -> ServerWire {
    let server = try Fixture.server(.verified(name: name, anchors ?? authority.anchors()))
    let wire = try ServerWire(server, Fixture.context([certificate]))
    wire.shake()
    #expect(ERR_peek_error() == 0)
    return wire
  }

  @Test(
    "who names the server and is vouched for",
    arguments: [
      ("a.test", "DNS:a.test"), ("a.test", "DNS:b.test,DNS:A.Test"), ("x.a.test", "DNS:*.a.test"),
      ("127.0.0.1", "DNS:a.test,IP:127.0.0.1"), ("::1", "IP:::1"),
    ])
  func good(name: String, names: String) throws {
    let wire = try meet(name, authority.issue(names))
    #expect(wire.facts != nil, "\(wire.result)")
    #expect(wire.write([1, 2]) == .octets(2))
    #expect(wire.farRead().1 == [1, 2])
    wire.disconnect()
    #expect(wire.buffers.lent == 0)
  }

  @Test(
    "not who names others: a wildcard is one whole label (RFC 9525 §6.3)",
    arguments: [
      ("b.test", "DNS:a.test", ["a.test"]), ("x.y.test", "DNS:*.test", ["*.test"]), ("test", "DNS:*.test", ["*.test"]),
      ("www.a.test", "DNS:w*.a.test", ["w*.a.test"]), ("127.0.0.2", "IP:127.0.0.1", ["127.0.0.1"]),
      ("127.0.0.1", "DNS:127.0.0.1", ["127.0.0.1"]), ("a.test", "IP:127.0.0.1", ["127.0.0.1"]),
    ])
  func wrongName(name: String, names: String, told: [String]) throws {
    #expect(try meet(name, authority.issue(names)).refusal == .wrongName(wanted: name, names: told))
  }

  @Test("nor who names nobody: the common name is no name (RFC 9525 §2)")
  func nameless() throws {
    let (server, context) = try (Fixture.server(.verified(name: "server", authority.anchors())), Fixture.context())
    try authority.show(.init(), in: context)
    let wire = try ServerWire(server, context)
    wire.shake()
    #expect(wire.refusal == .wrongName(wanted: "server", names: []))
  }

  @Test("not whose time is over or has not come, and the log says when")
  func time() throws {
    let (over, early) = try (
      authority.issue(.init(names: "DNS:a.test", validity: -3 ... -1)),
      authority.issue(.init(names: "DNS:a.test", validity: 1...3))
    )
    #expect(try meet("a.test", over).refusal == .expired(over.notAfter))
    #expect(try meet("a.test", early).refusal == .notYetValid(early.notBefore))
  }

  @Test("not who is vouched for by somebody else, by himself, or for something else")
  func strangers() throws {
    let other = try Authority("Other CA")
    let stranger = try meet("a.test", other.issue("DNS:a.test"))
    #expect(stranger.refusal == .unknownIssuer("/CN=Other CA"))
    #expect(stranger.farResult == .failed(.alert(48)), "unknown_ca: the server is told")
    let shown = try other.issue(.init(names: "DNS:a.test"), above: [other])
    #expect(try meet("a.test", shown).refusal == .unknownIssuer("/CN=Other CA"))
    #expect(try meet("a.test", Fixture.certificate("a.test")).refusal == .selfSigned)
    let client = try meet("a.test", authority.issue(.init(names: "DNS:a.test", usage: "clientAuth")))
    #expect(client.refusal == .refused("unsuitable certificate purpose"))
  }

  @Test("not whose issuer's time is over")
  func issuer() throws {
    let late = try Authority("Late CA", validity: -3 ... -1)
    let failure = try meet("a.test", late.issue("DNS:a.test"), late.anchors()).failure
    #expect(failure?.issuer == "/CN=Late CA")
    guard case .expired = failure?.reason else {
      Issue.record("\(String(describing: failure))")
      return
    }
  }

  @Test("a chain is followed; an issuer or a server's own certificate that was named is trusted itself")
  func chains() throws {
    let below = try Authority("Lower CA", signedBy: authority)
    let chain = try below.issue(.init(names: "DNS:a.test"), above: [below])
    let alone = try below.issue(.init(names: "DNS:a.test"))
    #expect(try meet("a.test", chain).facts != nil)
    #expect(try meet("a.test", alone).refusal == .unknownIssuer("/CN=Lower CA"))
    #expect(try meet("a.test", alone, below.anchors()).facts != nil)
    let own = try SelfSignedCertificate.make(names: ["a.test"])
    let certificate = try Certificate(chainPEM: own.chainPEM, from: "chain", keyPEM: own.keyPEM, from: "key")
    #expect(try meet("a.test", certificate, TrustAnchors(pem: own.chainPEM, from: "a.pem")).facts != nil)
  }

  @Test("anybody where nothing is verified; the name is asked for all the same", arguments: ["a.test", nil])
  func unverified(name: String?) throws {
    let contexts = try [Fixture.context([Fixture.certificate("b.test")]), Fixture.context()]
    try authority.show(.init(validity: -3 ... -1), in: contexts[1])
    for context in contexts {
      let wire = try ServerWire(Fixture.server(.unverified(name: name)), context)
      wire.shake()
      #expect(wire.facts != nil)
      #expect(wire.farFacts?.serverName == name)
    }
  }

  @Test("RFC 6066 §3: a host is asked for by its name, an address is not", arguments: ["a.test", "127.0.0.1", "::1"])
  func asked(name: String) throws {
    let wire = try meet(name, authority.issue("DNS:a.test,IP:127.0.0.1,IP:::1"))
    #expect(wire.facts != nil)
    #expect(wire.farFacts?.serverName == (name == "a.test" ? name : nil))
  }

  @Test("both versions verify alike", arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
  func versions(version: Int32) throws {
    let context = try Fixture.context(authority.issue("DNS:a.test"), versions: version...version)
    for (name, isGood) in [("a.test", true), ("b.test", false)] {
      let wire = try ServerWire(Fixture.server(.verified(name: name, authority.anchors())), context)
      #expect((wire.shake() != nil) == isGood)
      #expect((wire.refusal == .wrongName(wanted: name, names: ["a.test"])) == !isGood)
      wire.disconnect()
      #expect(wire.buffers.lent == 0)
    }
  }

  @Test(
    "why not, in words",
    arguments: [
      (VerificationFailure(.expired(WallTime(seconds: 1_709_164_800))), "expired on 2024-02-29"),
      (
        VerificationFailure(.notYetValid(WallTime(seconds: 0)), issuer: "/CN=A"),
        "is vouched for by /CN=A, whose certificate is not valid before 1970-01-01"
      ),
      (VerificationFailure(.wrongName(wanted: "b.test", names: ["a.test"])), "names a.test, not b.test"),
      (VerificationFailure(.wrongName(wanted: "b.test", names: [])), "names nobody, so not b.test"),
      (
        VerificationFailure(.wrongName(wanted: "g", names: ["a", "b", "c", "d", "e", "f", "h"])),
        "names a, b, c, d, e and 2 more, not g"
      ),
      (VerificationFailure(.unknownIssuer("/CN=B")), "comes from an issuer that is not trusted here (/CN=B)"),
      (VerificationFailure(.selfSigned), "is signed by itself and not trusted here"),
      (VerificationFailure(.refused("CA md too weak")), "is refused (CA md too weak)"),
    ])
  func words(failure: VerificationFailure, words: String) { #expect(failure.description == words) }

  @Test("no octet of a certificate reaches a terminal as it is")
  func escaped() throws {
    let odd = try Authority("CA\u{1B}[2J\n\u{7F}ä")
    let wire = try meet("a.test", odd.issue("DNS:a.test"))
    guard case .unknownIssuer(let name) = wire.refusal else {
      Issue.record("\(wire.result)")
      return
    }
    #expect(name.utf8.allSatisfy { (0x20..<0x7F).contains($0) }, "\(name)")
  }
}

@Suite("Whose word is taken", .serialized)
struct TrustAnchorsTests {
  @Test("anchors are equal where their certificates are, wherever they came from")
  func laws() throws {
    let (one, two) = try (Authority("One"), Authority("Two"))
    let anchors = try TrustAnchors(pem: one.pem, from: "a")
    let same = try TrustAnchors(pem: Array("Number one:\n".utf8) + one.pem, from: "b")
    let others = try [TrustAnchors(pem: two.pem, from: "a"), TrustAnchors(pem: one.pem + two.pem, from: "a")]
    #expect(anchors == same && anchors.hashValue == same.hashValue)
    for other in others { #expect(anchors != other && anchors.hashValue != other.hashValue) }
  }

  @Test("a file without certificates is refused with its name", arguments: ["", "hello"])
  func empty(text: String) {
    #expect(throws: CertificateError(file: "ca.pem", reason: .noCertificate)) {
      try TrustAnchors(pem: Array(text.utf8), from: "ca.pem")
    }
  }

  @Test("so is one with a certificate that is none, and with its place")
  func malformed() throws {
    var pem = try Authority("One").pem
    let length = pem.count
    pem += pem
    pem[length + 80] = UInt8(ascii: "!")
    do throws(CertificateError) { _ = try TrustAnchors(pem: pem, from: "ca.pem") } catch {
      guard case .malformedCertificate(2, _) = error.reason else {
        Issue.record("\(error)")
        return
      }
      #expect(ERR_peek_error() == 0)
      return
    }
    Issue.record("taken")
  }

  @Test("the system's store is the one that OpenSSL knows; one without certificates is refused")
  func system() throws {
    #expect(throws: CertificateError.self) { try TrustAnchors.ofSystem(file: "/nowhere", directory: "/dev") }
    // Where tests run there may be none.
    guard let anchors = try? TrustAnchors.ofSystem() else { return }
    let library = try TLSLibrary()
    _ = try TLSClientContext(anchors, in: library)
    #expect(Set(anchors.certificates).count == anchors.certificates.count)
  }
}
