/// A certificate authority of a test's own, made by openssl: a root that clients trust, and an intermediate that signs.
struct Authority {
  /// The root's file, for clients.
  let root: String
  private let folder: TemporaryFolder

  init(in folder: TemporaryFolder) throws {
    self.folder = folder
    root = folder.path(of: "root.crt")
    try Self.openssl(
      "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
      "/CN=Root", "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign",
      "-keyout", folder.path(of: "root.secret"), "-out", root)
    try sign(
      "intermediate", key: "ec", days: 2, by: "root",
      extensions: "basicConstraints=critical,CA:TRUE,pathlen:0\nkeyUsage=critical,keyCertSign")
  }

  /// A chain of two, and its key, to `NAME.pem` and `NAME.key` of the folder.
  ///
  /// - Parameters:
  ///   - names: DNS names; the first is the subject.
  ///   - file: NAME, also with a folder that is there; the first name otherwise.
  ///   - key: `ec`, or `rsa` of 2,048 bits, or `rsa:BITS`.
  ///   - days: 0 has expired.
  @discardableResult
  func issue(_ names: String..., to file: String? = nil, key: String = "ec", days: Int = 2) throws -> Certificate {
    let name = names.first ?? "localhost"
    let alternatives = names.map { "DNS:\($0)" }.joined(separator: ",")
    try sign(
      "leaf", as: name, key: key, days: days, by: "intermediate",
      extensions: "subjectAltName=\(alternatives)\nextendedKeyUsage=serverAuth")
    let target = file ?? name
    // The key first: a chain without its key is what nobody who renews leaves for long.
    try folder.write(try folder.read("leaf.secret"), to: "\(target).key")
    try folder.write(try folder.read("leaf.crt") + folder.read("intermediate.crt"), to: "\(target).pem")
    return Certificate(chain: folder.path(of: "\(target).pem"), key: folder.path(of: "\(target).key"))
  }

  /// `file.crt` and `file.secret`, signed by those of `issuer`.
  private func sign(
    _ file: String, as name: String? = nil, key: String, days: Int, by issuer: String, extensions: String
  ) throws {
    let newKey =
      key.hasPrefix("rsa") ? [key == "rsa" ? "rsa:2048" : key] : ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    let request = folder.path(of: "\(file).request")
    try Self.openssl(
      ["req", "-newkey"] + newKey + [
        "-nodes", "-subj", "/CN=\(name ?? file)", "-keyout", folder.path(of: "\(file).secret"), "-out", request,
      ])
    try Self.openssl(
      "x509", "-req", "-in", request, "-CA", folder.path(of: "\(issuer).crt"), "-CAkey",
      folder.path(of: "\(issuer).secret"), "-days", "\(days)", "-extfile",
      folder.write(extensions, to: "\(file).extensions"), "-out", folder.path(of: "\(file).crt"))
  }

  private static func openssl(_ words: String...) throws { try openssl(words) }

  private static func openssl(_ words: [String]) throws {
    let run = try Program.run("openssl", words)
    guard run.exit == .code(0) else { throw Unmet("openssl \(words): \(run.errors)") }
  }
}
