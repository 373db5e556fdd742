/// How listeners that name it speak TLS, and with which certificates.
public struct TLSProfileConfiguration: Equatable, Sendable {
  /// Unique among profiles.
  public var name: String
  public var profile: TLSProfile
  /// At least one; the first is given to clients that send no name.
  public var certificates: [CertificateSource]

  public init(name: String = "", profile: TLSProfile = .intermediate, certificates: [CertificateSource] = []) {
    (self.name, self.profile, self.certificates) = (name, profile, certificates)
  }
}

/// Mozilla's "Server Side TLS" recommendations.
public enum TLSProfile: String, CaseIterable, Sendable {
  /// TLS 1.3 alone.
  case modern
  /// TLS 1.2 with forward secrecy, and TLS 1.3.
  case intermediate
}

/// Where certificates lie. Paths are absolute or relative to the working directory: what the file gave relative to
/// itself has been joined to the file's directory.
public enum CertificateSource: Equatable, Sendable {
  /// PEM files: the chain with the leaf first, and its private key.
  case pair(chain: String, key: String)
  /// A directory of pairs `NAME.pem` and `NAME.key`, chosen by SNI.
  case directory(String)
}
