import COpenSSL
import Time

/// Why a server's certificate was not believed.
public struct VerificationFailure: Error, Sendable, Equatable {
  /// What was found; the date and the names are those of the certificate.
  public enum Reason: Sendable, Equatable {
    case expired(WallTime)
    case notYetValid(WallTime)
    /// It names others, or nobody.
    case wrongName(wanted: String, names: [String])
    /// The last certificate of the chain was signed by somebody who is not trusted here, called so in it.
    case unknownIssuer(String)
    /// It vouches for itself, and is not trusted here.
    case selfSigned
    /// Anything else, in OpenSSL's words.
    case refused(String)
  }

  /// The first of what is wrong.
  public let reason: Reason
  /// The subject of the certificate that it is about; `nil` where that is the server's own.
  public let issuer: String?

  public init(_ reason: Reason, issuer: String? = nil) { (self.reason, self.issuer) = (reason, issuer) }
}

extension VerificationFailure: CustomStringConvertible {
  /// Names that are told; the others are counted.
  private static let namesLimit = 5

  /// Completes "its certificate …". What the certificate says in it is visible ASCII.
  public var description: String {
    let words = words
    return issuer.map { "is vouched for by \($0), whose certificate \(words)" } ?? words
  }

  private var words: String {
    switch reason {
    case .expired(let time): "expired on \(Self.date(time))"
    case .notYetValid(let time): "is not valid before \(Self.date(time))"
    case .wrongName(let wanted, let names) where names.isEmpty: "names nobody, so not \(wanted)"
    case .wrongName(let wanted, let names):
      "names \(names.prefix(Self.namesLimit).joined(separator: ", "))"
        + (names.count > Self.namesLimit ? " and \(names.count - Self.namesLimit) more" : "") + ", not \(wanted)"
    case .unknownIssuer(let name): "comes from an issuer that is not trusted here (\(name))"
    case .selfSigned: "is signed by itself and not trusted here"
    case .refused(let why): "is refused (\(why))"
    }
  }

  private static func date(_ time: WallTime) -> String {
    let date = CivilDate(time)
    func digits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "\(date.year)-\(digits(date.month))-\(digits(date.day))"
  }
}

extension VerificationFailure {
  /// What a verification that failed found.
  ///
  /// - Parameters:
  ///   - store: an `X509_STORE_CTX *` of which `X509_verify_cert` was asked.
  ///   - wanted: the name that it was to find.
  @unsafe init(of store: OpaquePointer, wanted: String) {
    let code = unsafe X509_STORE_CTX_get_error(store)
    let depth = unsafe X509_STORE_CTX_get_error_depth(store)
    guard let certificate = unsafe X509_STORE_CTX_get_current_cert(store) else {
      self.init(.refused(Self.text(of: code)))
      return
    }
    // Proof: the certificate is the store's, for as long as its callback runs; what is told of it is copied.
    let issuer = unsafe depth > 0 ? Self.text(of: X509_get_subject_name(certificate)) : nil
    switch code {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      unsafe self.init(.expired(CertificateObjects.time(X509_get0_notAfter(certificate))), issuer: issuer)
    case X509_V_ERR_CERT_NOT_YET_VALID:
      unsafe self.init(.notYetValid(CertificateObjects.time(X509_get0_notBefore(certificate))), issuer: issuer)
    case X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH:
      unsafe self.init(.wrongName(wanted: wanted, names: CertificateObjects.names(in: certificate)))
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT: self.init(.selfSigned)
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT,
      X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      unsafe self.init(.unknownIssuer(Self.text(of: X509_get_issuer_name(certificate))))
    default: self.init(.refused(Self.text(of: code)), issuer: issuer)
    }
  }

  private static func text(of code: Int32) -> String {
    // Proof: the strings are constants of OpenSSL.
    guard let text = unsafe X509_verify_cert_error_string(Int(code)) else { return "error \(code)" }
    return unsafe String(cString: text)
  }

  /// `/C=GB/O=Example/CN=Example CA`, what is not visible ASCII as `\x…`, cut after some two hundred octets.
  private static func text(of name: OpaquePointer?) -> String {
    var text = [CChar](repeating: 0, count: 256)
    // Proof: it writes at most so many octets, the NUL among them.
    guard unsafe X509_NAME_oneline(name, &text, Int32(text.count)) != nil else { return "without a name" }
    return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
