import Bytes
import COpenSSL

/// A certificate that vouches for itself, for `yett demo` and for tests: P-256, for 90 days from an hour ago.
public struct SelfSignedCertificate: Sendable {
  public let chainPEM: [UInt8]
  /// PKCS #8, not encrypted.
  public let keyPEM: [UInt8]

  public static let defaultNames = ["localhost", "127.0.0.1", "::1"]
  /// Seconds from now: for 90 days, from an hour ago.
  static let standardValidity = -3_600..<90 * 86_400

  /// - Parameter names: host names (also `*.` and a name) and addresses; the first is the common name too.
  public static func make(names: [String] = defaultNames) throws(CertificateError) -> SelfSignedCertificate {
    defer { ErrorQueue.clear() }
    guard let key = unsafe copenssl_new_p256_key() else { throw refusal() }
    defer { unsafe EVP_PKEY_free(key) }
    return try unsafe make(names: names, key: key)
  }

  /// With a key of the caller's, and its own still afterwards.
  @unsafe static func make(
    names: [String], key: OpaquePointer, validity: Range<Int> = standardValidity
  ) throws(CertificateError) -> SelfSignedCertificate {
    let list = try alternativeNames(names)
    guard let certificate = unsafe X509_new() else { throw refusal() }
    defer { unsafe X509_free(certificate) }

    guard unsafe X509_set_version(certificate, Int(X509_VERSION_3)) == 1,
      unsafe setSerial(of: certificate),
      unsafe X509_gmtime_adj(X509_getm_notBefore(certificate), validity.lowerBound) != nil,
      unsafe X509_gmtime_adj(X509_getm_notAfter(certificate), validity.upperBound) != nil,
      unsafe X509_set_pubkey(certificate, key) == 1,
      unsafe setName(of: certificate, to: names.first ?? "localhost"),
      unsafe add(NID_subject_alt_name, list, to: certificate),
      unsafe add(NID_basic_constraints, "critical,CA:FALSE", to: certificate),
      unsafe add(NID_key_usage, "critical,digitalSignature", to: certificate),
      unsafe add(NID_ext_key_usage, "serverAuth", to: certificate),
      unsafe X509_sign(certificate, key, EVP_sha256()) > 0
    else { throw refusal() }

    let chainPEM = unsafe pem { bio in unsafe PEM_write_bio_X509(bio, certificate) }
    let keyPEM = unsafe pem { bio in unsafe PEM_write_bio_PKCS8PrivateKey(bio, key, nil, nil, 0, nil, nil) }
    guard let chainPEM, let keyPEM else { throw refusal() }
    return SelfSignedCertificate(chainPEM: chainPEM, keyPEM: keyPEM)
  }

  /// As OpenSSL's configuration writes it. Only what a host name or an address is made of gets into it.
  private static func alternativeNames(_ names: [String]) throws(CertificateError) -> String {
    guard !names.isEmpty else { throw CertificateError(file: source, reason: .empty) }
    var parts: [String] = []
    for name in names {
      let isUsable = name.utf8.allSatisfy { octet in
        octet.isAlpha || octet.isDigit || octet == .dot || octet == .colon || octet == .asterisk
          || octet == UInt8(ascii: "-")
      }
      guard isUsable, !name.isEmpty else { throw CertificateError(file: source, reason: .unusableName(name)) }
      let isAddress = name.utf8.contains(.colon) || name.utf8.allSatisfy { $0.isDigit || $0 == .dot }
      parts.append((isAddress ? "IP:" : "DNS:") + name)
    }
    return parts.joined(separator: ",")
  }

  private static let source = "self-signed certificate"

  private static func refusal() -> CertificateError {
    CertificateError(file: source, reason: .refused(ErrorQueue.takeFirst().reason))
  }

  /// Browsers take two certificates of one issuer and serial number for an attack: 127 random bits.
  @unsafe private static func setSerial(of certificate: OpaquePointer) -> Bool {
    guard let number = unsafe BN_new() else { return false }
    defer { unsafe BN_free(number) }
    return unsafe BN_rand(number, 127, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) == 1
      && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != nil
  }

  @unsafe private static func setName(of certificate: OpaquePointer, to name: String) -> Bool {
    let subject = unsafe X509_get_subject_name(certificate)
    return unsafe X509_NAME_add_entry_by_NID(
      subject, NID_commonName, V_ASN1_UTF8STRING, Array(name.utf8), Int32(clamping: name.utf8.count), -1, 0) == 1
      && X509_set_issuer_name(certificate, subject) == 1
  }

  @unsafe private static func add(_ kind: Int32, _ value: String, to certificate: OpaquePointer) -> Bool {
    guard let made = unsafe X509V3_EXT_conf_nid(nil, nil, kind, value) else { return false }
    defer { unsafe X509_EXTENSION_free(made) }
    return unsafe X509_add_ext(certificate, made, -1) == 1
  }

  @unsafe private static func pem(_ write: (OpaquePointer?) -> Int32) -> [UInt8]? {
    guard let bio = unsafe BIO_new(BIO_s_mem()) else { return nil }
    defer { unsafe _ = BIO_free(bio) }
    guard unsafe write(bio) == 1 else { return nil }
    var octets: UnsafeMutablePointer<CChar>?
    let count = unsafe copenssl_memory(bio, &octets)
    // Proof: the octets are the BIO's, which lives until they are copied.
    return unsafe Array(UnsafeRawBufferPointer(start: octets, count: max(0, count)))
  }
}
