import Time

/// Why a certificate cannot be used, and which file says so.
public struct CertificateError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The file (or what stands for it) that has to be looked at.
  public let file: String
  /// What is wrong with it.
  public let reason: Reason

  public init(file: String, reason: Reason) {
    self.file = file
    self.reason = reason
  }

  /// What is wrong, told apart as far as its remedy differs; `description` says both.
  public enum Reason: Equatable, Sendable {
    /// `errno`'s text.
    case unreadable(String)
    /// Octets.
    case tooLarge(limit: Int)
    case noCertificate
    /// A certificate that is not one, by its place from 1; in OpenSSL's words.
    case malformedCertificate(Int, String)
    case noKey(String)
    case keyIsEncrypted
    case keyDoesNotMatch(chain: String)
    /// The key belongs to the certificate at this place, from 2.
    case ownNotFirst(Int)
    /// The certificate at this place, from 1, did not sign the one before it.
    case chainOutOfOrder(Int)
    /// OpenSSL's security level refuses it: a short key, a weak signature.
    case refused(String)
    case unusableName(String)
    /// No subject alternative name.
    case noNames
    /// Since then.
    case expired(WallTime)
    /// Until then.
    case notYetValid(WallTime)
    case empty
  }

  public var description: String { "\(file): \(reason)" }
}

extension CertificateError.Reason: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unreadable(let why): "cannot be read: \(why)"
    case .tooLarge(let limit): "is larger than \(limit) octets, which no certificate is"
    case .noCertificate: "holds no certificate (PEM, `-----BEGIN CERTIFICATE-----`)"
    case .malformedCertificate(let place, let why): "certificate \(place) is malformed: \(why)"
    case .noKey(let why): "holds no private key that can be read (PEM): \(why)"
    case .keyIsEncrypted: "the private key is encrypted; store it without a pass phrase and readable for Yett alone"
    case .keyDoesNotMatch(let chain): "the private key does not belong to the first certificate of \(chain)"
    case .ownNotFirst(let place):
      "the private key belongs to certificate \(place); order the chain from the server's own upwards"
    case .chainOutOfOrder(let place):
      "certificate \(place) did not sign certificate \(place - 1); order the chain from the server's own upwards"
    case .refused(let why): "OpenSSL refuses the certificate: \(why)"
    case .unusableName(let name): "\(name) is neither a host name nor an address"
    case .noNames: "the certificate names no host (subjectAltName), and clients look at nothing else"
    case .expired(let end): "the certificate expired on \(CivilDate(end).text)"
    case .notYetValid(let begin): "the certificate is valid from \(CivilDate(begin).text) on"
    case .empty: "at least one certificate is needed"
    }
  }
}
