/// An authority for a test's certificates, made by openssl.
struct Authority {
  let certificate: String
  private let key: String
  private let folder: TemporaryFolder

  init(_ name: String = "Test CA", in folder: TemporaryFolder) throws {
    let file = name.replacing(" ", with: "-")
    (certificate, key) = (folder.path(of: "\(file).pem"), folder.path(of: "\(file).key"))
    self.folder = folder
    try Self.openssl(
      ["req", "-x509", "-days", "2", "-subj", "/CN=\(name)", "-out", certificate, "-keyout", key] + Self.newKey)
  }

  /// A server's certificate.
  ///
  /// - Parameters:
  ///   - names: as openssl has them, `DNS:a.example,IP:127.0.0.1`.
  ///   - days: from now; less than 0 is over.
  func issue(_ names: String, days: Int = 2) throws -> Certificate {
    let file = folder.path(of: "server-\(UInt32.random(in: 0 ... .max))")
    let made = Certificate(chain: "\(file).pem", key: "\(file).key")
    try Self.openssl(
      ["req", "-subj", "/CN=server", "-addext", "subjectAltName=\(names)", "-out", "\(file).csr", "-keyout", made.key]
        + Self.newKey)
    try Self.openssl([
      "x509", "-req", "-in", "\(file).csr", "-CA", certificate, "-CAkey", key, "-days", "\(days)",
      "-set_serial", "\(UInt32.random(in: 1 ... .max))", "-copy_extensions", "copy", "-out", made.chain,
    ])
    return made
  }

  private static let newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]

  private static func openssl(_ arguments: [String]) throws {
    let run = try Program.run("openssl", arguments)
    guard run.exit == .code(0) else { throw Unmet("openssl: \(run.errors)") }
  }
}
