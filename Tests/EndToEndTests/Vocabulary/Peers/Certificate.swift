/// A certificate for a test's listener, made by openssl: a PEM file with its chain, and one with its key.
struct Certificate {
  let chain: String
  let key: String

  /// The file with those above the server's own, where there are any: some programs want them apart.
  let issuers: String?

  init(chain: String, key: String, issuers: String? = nil) {
    (self.chain, self.key, self.issuers) = (chain, key, issuers)
  }

  /// A self-signed one.
  ///
  /// - Parameter names: DNS names; the first is the subject.
  init(for names: String..., in folder: TemporaryFolder) throws {
    let name = names.first ?? "localhost"
    self.init(chain: folder.path(of: "\(name).pem"), key: folder.path(of: "\(name).key"))
    let alternatives = names.map { "DNS:\($0)" }.joined(separator: ",")
    let run = try Program.run(
      "openssl",
      [
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
        "-subj", "/CN=\(name)", "-addext", "subjectAltName=\(alternatives)", "-out", chain, "-keyout", key,
      ])
    guard run.exit == .code(0) else { throw Unmet("openssl: \(run.errors)") }
  }
}

extension Certificate {
  /// The `tls` of a configuration whose one profile, `front`, has this certificate.
  var profile: String { Self.profile([self]) }

  static func profile(_ certificates: [Certificate], profile: String = "intermediate") -> String {
    let pairs = certificates.map { #"{ chain: "\#($0.chain)", key: "\#($0.key)" }"# }.joined(separator: ", ")
    return "tls: { front: { profile: \(profile), certificates: [\(pairs)] } }"
  }
}
