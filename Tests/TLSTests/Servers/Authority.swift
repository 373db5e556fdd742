import COpenSSL
import Glibc
import Testing

@testable import TLS

/// An authority that signs whatever a test wants to be signed.
@safe final class Authority {
  private let key: OpaquePointer
  private let certificate: OpaquePointer

  /// What stands in a certificate.
  struct Wishes {
    var commonName = "server"
    /// As OpenSSL's configuration writes them: `DNS:a.test,IP:127.0.0.1`; `nil` for none.
    var names: String?
    /// From now, in days.
    var validity = -1...2
    var usage = "serverAuth"
  }

  /// - Parameter issuer: who signs it; itself without.
  init(_ name: String, signedBy issuer: Authority? = nil, validity: ClosedRange<Int> = -1...2) throws {
    unsafe key = try #require(unsafe copenssl_new_p256_key())
    unsafe certificate = try unsafe Self.make(
      Wishes(commonName: name, validity: validity), key: key, isAuthority: true,
      signedBy: issuer.map { unsafe ($0.certificate, $0.key) })
  }

  deinit {
    unsafe EVP_PKEY_free(key)
    unsafe X509_free(certificate)
  }

  /// Its own certificate.
  var pem: [UInt8] { unsafe Self.pem { bio in unsafe PEM_write_bio_X509(bio, certificate) } }

  func anchors() throws -> TrustAnchors { try TrustAnchors(pem: pem, from: "ca.pem") }

  /// A server's certificate, with those of `above` behind it.
  func issue(_ wishes: Wishes, above: [Authority] = []) throws -> Certificate {
    let own = unsafe try #require(unsafe copenssl_new_p256_key())
    defer { unsafe EVP_PKEY_free(own) }
    let made = unsafe try Self.make(wishes, key: own, isAuthority: false, signedBy: (certificate, key))
    defer { unsafe X509_free(made) }
    let chain = unsafe Self.pem { bio in unsafe PEM_write_bio_X509(bio, made) } + above.flatMap(\.pem)
    let secret = unsafe Self.pem { bio in unsafe PEM_write_bio_PKCS8PrivateKey(bio, own, nil, nil, 0, nil, nil) }
    return try Certificate(chainPEM: chain, from: "chain", keyPEM: secret, from: "key")
  }

  /// Has a context show a server's certificate that Yett would not serve.
  func show(_ wishes: Wishes, in context: TLSContext) throws {
    let own = unsafe try #require(unsafe copenssl_new_p256_key())
    defer { unsafe EVP_PKEY_free(own) }
    let made = unsafe try Self.make(wishes, key: own, isAuthority: false, signedBy: (certificate, key))
    defer { unsafe X509_free(made) }
    unsafe SSL_CTX_set_cert_cb(context.handle, nil, nil)
    #expect(unsafe SSL_CTX_use_cert_and_key(context.handle, made, own, nil, 1) == 1)
  }

  func issue(_ names: String) throws -> Certificate { try issue(Wishes(names: names)) }

  /// - Returns: the caller's to free.
  @unsafe private static func make(
    _ wishes: Wishes, key: OpaquePointer, isAuthority: Bool, signedBy issuer: (OpaquePointer, OpaquePointer)?
  ) throws -> OpaquePointer {
    let certificate = unsafe try #require(unsafe X509_new())
    let name = unsafe X509_get_subject_name(certificate)
    let text = Array(wishes.commonName.utf8)
    unsafe _ = X509_NAME_add_entry_by_NID(name, NID_commonName, V_ASN1_UTF8STRING, text, Int32(text.count), -1, 0)
    unsafe _ = X509_set_issuer_name(certificate, issuer.map { unsafe X509_get_subject_name($0.0) } ?? name)
    unsafe _ = X509_set_version(certificate, Int(X509_VERSION_3))
    unsafe _ = ASN1_INTEGER_set(X509_get_serialNumber(certificate), Int.random(in: 1 ... .max))
    unsafe _ = X509_gmtime_adj(X509_getm_notBefore(certificate), wishes.validity.lowerBound * 86_400)
    unsafe _ = X509_gmtime_adj(X509_getm_notAfter(certificate), wishes.validity.upperBound * 86_400)
    unsafe _ = X509_set_pubkey(certificate, key)
    var extensions = [(NID_basic_constraints, isAuthority ? "critical,CA:TRUE" : "critical,CA:FALSE")]
    if !isAuthority { extensions.append((NID_ext_key_usage, wishes.usage)) }
    if let names = wishes.names { extensions.append((NID_subject_alt_name, names)) }
    for (kind, value) in extensions {
      let made = unsafe X509V3_EXT_conf_nid(nil, nil, kind, value)
      unsafe _ = X509_add_ext(certificate, made, -1)
      unsafe X509_EXTENSION_free(made)
    }
    unsafe _ = X509_sign(certificate, issuer?.1 ?? key, EVP_sha256())
    return unsafe certificate
  }

  @unsafe private static func pem(_ write: (OpaquePointer?) -> Int32) -> [UInt8] {
    let bio = unsafe BIO_new(BIO_s_mem())
    defer { unsafe _ = BIO_free(bio) }
    unsafe _ = write(bio)
    var octets = [UInt8](repeating: 0, count: 10_000)
    let count = unsafe BIO_read(bio, &octets, Int32(octets.count))
    return Array(octets.prefix(Int(max(0, count))))
  }
}
