import TLS
import Time

/// What became of files of certificates and ticket keys while Yett serves.
enum TLSEvent: Sendable, Equatable {
  /// Another certificate is served in place of one.
  case replaced(profile: String, Certificate)
  /// A pair has come to a directory.
  case added(profile: String, Certificate)
  /// A pair is gone from a directory.
  case removed(profile: String, file: String)
  /// What lies there cannot be served; what was served before is still.
  case refused(profile: String, CertificateError)
  /// A file's ticket keys are others now.
  case keysReplaced(profile: String, file: String, count: Int)
  /// What lies there cannot be used; the keys of before still are.
  case keysRefused(profile: String, TicketKeyFileError)
}

extension TLSEvent: CustomStringConvertible {
  var description: String {
    switch self {
    case .replaced(let profile, let certificate):
      "certificate replaced, profile \(profile): \(Self.words(certificate))"
    case .added(let profile, let certificate): "certificate added, profile \(profile): \(Self.words(certificate))"
    case .removed(let profile, let file): "certificate removed, profile \(profile): \(file) is gone"
    case .refused(let profile, let error):
      "certificate REFUSED, profile \(profile): \(error); what was served before is still"
    case .keysReplaced(let profile, let file, let count):
      "ticket keys replaced, profile \(profile): \(count) of \(file)"
    case .keysRefused(let profile, let error):
      "ticket keys REFUSED, profile \(profile): \(error); those of before are used still"
    }
  }

  private static func words(_ certificate: Certificate) -> String {
    let more = certificate.names.count - 1
    return "\(certificate.source) for \(certificate.names.first ?? "")\(more > 0 ? " and \(more) more" : "")"
      + ", until \(CivilDate(certificate.notAfter).text)"
  }
}
