import COpenSSL
import Glibc
import Testing
import Time

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
    #expect(certificate.names == ["localhost", "127.0.0.1", "::1"])
    #expect(certificate.keyKind == .ecdsa)
    #expect(certificate.keyBits == 256)
    #expect(certificate.notAfter - certificate.notBefore == .seconds(90 * 86_400 + 3_600))
    let now = WallTime.readClock()
    #expect(certificate.notBefore < now && certificate.notAfter > now + .seconds(89 * 86_400))
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

  @Test("a chain in the wrong direction is told from a wrong key")
  func direction() throws {
    let (one, two) = try (Self.made("a"), Self.made("b"))
    #expect(
      reason(one.chainPEM + two.chainPEM, two.keyPEM) == CertificateError(file: "a.pem", reason: .ownNotFirst(2)))
  }

  @Test("a certificate that names no host is refused (RFC 9525 §2)")
  func nameless() throws {
    let made = try Self.made("a")
    let bio = unsafe BIO_new_mem_buf(made.keyPEM, Int32(made.keyPEM.count))
    let key = unsafe PEM_read_bio_PrivateKey(bio, nil, nil, nil)
    let certificate = unsafe X509_new()
    unsafe _ = X509_gmtime_adj(X509_getm_notBefore(certificate), 0)
    unsafe _ = X509_gmtime_adj(X509_getm_notAfter(certificate), 3_600)
    unsafe _ = (X509_set_pubkey(certificate, key), X509_sign(certificate, key, EVP_sha256()))
    let target = unsafe BIO_new(BIO_s_mem())
    unsafe _ = PEM_write_bio_X509(target, certificate)
    var octets = [UInt8](repeating: 0, count: 10_000)
    let count = unsafe BIO_read(target, &octets, 10_000)
    unsafe X509_free(certificate)
    unsafe EVP_PKEY_free(key)
    unsafe _ = (BIO_free(bio), BIO_free(target))
    #expect(
      reason(Array(octets.prefix(Int(count))), made.keyPEM) == CertificateError(file: "a.pem", reason: .noNames))
  }

  @Test("a key is found behind what stands before it in its file")
  func keys() throws {
    let made = try Self.made("a")
    let parameters = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
    for before in [parameters, "a comment\n", String(decoding: made.chainPEM, as: UTF8.self)] {
      #expect(reason(made.chainPEM, Array(before.utf8) + made.keyPEM) == nil, "\(before)")
    }
  }

  @Test(
    "says when clients would not take it",
    arguments: [
      (-3_600..<3_600, nil), (-7_200 ..< -3_600, "expired on "), (3_600..<7_200, "is valid from "),
    ])
  func dates(validity: Range<Int>, says: String?) throws {
    let certificate = try Fixture.rsaCertificate("a.test", validity: validity)
    let complaint = certificate.complaint(at: .readClock())
    #expect((complaint == nil) == (says == nil))
    if let says { #expect(complaint.map { "\($0)" }?.contains("chain: the certificate \(says)20") == true) }
    #expect(certificate.complaint(at: certificate.notAfter)?.reason == .expired(certificate.notAfter))
    #expect(certificate.complaint(at: certificate.notBefore) == nil)
  }

  @Test("an RSA key of more than 3,072 bits is remarked on", arguments: [(3_072, false), (3_080, true)])
  func large(bits: Int32, isRemarked: Bool) throws {
    let certificate = try Fixture.rsaCertificate("a.test", bits: bits)
    #expect(certificate.remarks(at: .readClock()) == (isRemarked ? [.largeKey(bits: Int(bits))] : []))
    #expect(try Fixture.certificate("a.test").remarks(at: .readClock()).isEmpty)
  }

  @Test("one is equal to itself, and to no other, wherever it was read")
  func equality() throws {
    let (one, two) = try (Self.made("a"), Self.made("a"))
    func certificate(_ made: SelfSignedCertificate, _ source: String) throws -> Certificate {
      try Certificate(chainPEM: made.chainPEM, from: source, keyPEM: made.keyPEM, from: "key")
    }
    #expect(try certificate(one, "x") == certificate(one, "y"))
    #expect(try certificate(one, "x") != certificate(two, "x"))
  }

  @Test("a thousand are made in less than two seconds of a processor")
  func thousand() throws {
    let made = try (0..<50).map { try Self.made("a\($0).test") }
    let loader = try CertificateLoader()
    let began = Self.processorTime()
    for index in 0..<1_000 {
      let one = made[index % made.count]
      _ = try loader.make(chainPEM: one.chainPEM, from: "c", keyPEM: one.keyPEM, from: "k")
    }
    #expect(Self.processorTime() - began < 2)
  }

  /// Seconds of this thread.
  private static func processorTime() -> Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
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
      try PEMFile.read("/nowhere/a.pem")
    }
  }

  @Test(
    "what is no regular file is refused before it is read: a FIFO would be waited for",
    arguments: ["/dev/zero", "/tmp"])
  func notRegular(path: String) {
    #expect(throws: CertificateError(file: path, reason: .unreadable("it is not a regular file"))) {
      try PEMFile.read(path)
    }
  }
}
