/// How listeners that name it speak TLS, and with which certificates.
public struct TLSProfileConfiguration: Equatable, Sendable {
  /// Unique among profiles.
  public var name: String
  public var profile: TLSProfileName
  /// At least one; the first is given to clients that send no name.
  public var certificates: [CertificateSource]
  /// Whether clients that send no name, or one of no certificate, are refused. Default no.
  public var strictSNI: Bool
  public var tickets: TicketConfiguration

  public init(
    name: String = "", profile: TLSProfileName = .intermediate, certificates: [CertificateSource] = [],
    strictSNI: Bool = false, tickets: TicketConfiguration = TicketConfiguration()
  ) {
    (self.name, self.profile, self.certificates) = (name, profile, certificates)
    (self.strictSNI, self.tickets) = (strictSNI, tickets)
  }
}

/// Mozilla's server-side TLS guidelines, version 6.0.
public enum TLSProfileName: String, CaseIterable, Sendable {
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

extension TLSProfileConfiguration: Section {
  static let noun = "a TLS profile"
  static let defaults = TLSProfileConfiguration()
  static let keys: [Key<Self>] = [
    Key("profile", \.profile, .choice, "Versions and ciphers: modern is TLS 1.3 alone, intermediate has TLS 1.2 too."),
    Key(
      "certificates", \.certificates, .list(of: .certificate, atLeast: 1, atMost: 4_096), isRequired: true,
      "Pairs of files, or directories of pairs; the first is for clients that send no name."),
    Key(
      "strict_sni", \.strictSNI, .boolean,
      "Whether clients are refused that send no name, or one of no certificate, instead of being shown the first."),
    Key("tickets", \.tickets, .section, "With which keys sessions are resumed, and for how long."),
  ]
}

/// A certificate as the file has it: a chain and a key, or a directory.
private struct CertificateKeys: Section {
  var chain: String?
  var key: String?
  var directory: String?

  static let noun = "a certificate"
  static let defaults = CertificateKeys()
  static let keys: [Key<Self>] = [
    Key("chain", \.chain, .path("a PEM file"), "PEM file with the certificate first and its issuers after it."),
    Key("key", \.key, .path("a PEM file"), "PEM file with the private key."),
    Key("directory", \.directory, .path("a directory"), "Directory of pairs `NAME.pem` and `NAME.key`, chosen by SNI."),
  ]

  static func check(_ certificate: inout Self, _ node: Node, _ decoder: inout Decoder) {
    let hasPair = node["chain"] != nil && node["key"] != nil
    let hasPart = node["chain"] != nil || node["key"] != nil
    guard node["directory"] == nil ? hasPair : !hasPart else {
      decoder.note("expected either `chain` and `key` or `directory` in a certificate", at: node.place)
      return
    }
  }
}

extension ValueType where Value == CertificateSource {
  fileprivate static var certificate: ValueType {
    ValueType(.section(CertificateKeys.self)) { node, decoder in
      guard let keys = CertificateKeys.decode(node, &decoder) else { return nil }
      if let directory = keys.directory { return .directory(directory) }
      guard let chain = keys.chain, let key = keys.key else { return nil }
      return .pair(chain: chain, key: key)
    }
  }
}
