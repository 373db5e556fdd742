/// A certificate authority of a test's own, made by openssl: a root that clients trust, and an intermediate that signs.
struct Authority {
  /// The root's file, for clients.
  let root: String
  /// What its files are called, which others may share their folder with.
  private let file: String
  private let folder: TemporaryFolder

  /// - Parameter name: of the root, which goes to `NAME.pem` of the folder, with `-` for each space.
  init(_ name: String = "Test CA", in folder: TemporaryFolder) throws {
    self.folder = folder
    file = name.replacing(" ", with: "-")
    root = folder.path(of: "\(file).pem")
    try Self.openssl(
      "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
      "/CN=\(name)", "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign",
      "-keyout", folder.path(of: "\(file).secret"), "-out", root)
    try sign(
      "\(file)-intermediate", key: "ec", days: 2, by: file,
      extensions: "basicConstraints=critical,CA:TRUE,pathlen:0\nkeyUsage=critical,keyCertSign")
  }

  /// A chain of two, and its key, to `NAME.pem` and `NAME.key` of the folder.
  ///
  /// - Parameters:
  ///   - names: DNS names and IPv4 addresses; the first is the subject.
  ///   - target: NAME, also with a folder that is there; the first name otherwise.
  ///   - key: `ec`, or `rsa` of 2,048 bits, or `rsa:BITS`.
  ///   - days: 0 and less have expired.
  @discardableResult
  func issue(_ names: String..., to target: String? = nil, key: String = "ec", days: Int = 2) throws -> Certificate {
    let name = names.first ?? "localhost"
    let alternatives = names.map { "\($0.allSatisfy { $0.isNumber || $0 == "." } ? "IP" : "DNS"):\($0)" }.joined(
      separator: ",")
    try sign(
      "leaf", as: name, key: key, days: days, by: "\(file)-intermediate",
      extensions: "subjectAltName=\(alternatives)\nextendedKeyUsage=serverAuth")
    let target = target ?? name
    // The key first: a chain without its key is what nobody who renews leaves for long.
    try folder.write(try folder.read("leaf.secret"), to: "\(target).key")
    try folder.write(try folder.read("leaf.pem") + folder.read("\(file)-intermediate.pem"), to: "\(target).pem")
    return Certificate(
      chain: folder.path(of: "\(target).pem"), key: folder.path(of: "\(target).key"),
      issuers: folder.path(of: "\(file)-intermediate.pem"))
  }

  /// `file.pem` and `file.secret`, signed by those of `issuer`.
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
      "x509", "-req", "-in", request, "-CA", folder.path(of: "\(issuer).pem"), "-CAkey",
      folder.path(of: "\(issuer).secret"), "-days", "\(days)", "-extfile",
      folder.write(extensions, to: "\(file).extensions"), "-out", folder.path(of: "\(file).pem"))
  }

  private static func openssl(_ words: String...) throws { try openssl(words) }

  private static func openssl(_ words: [String]) throws {
    let run = try Program.run("openssl", words)
    guard run.exit == .code(0) else { throw Unmet("openssl \(words): \(run.errors)") }
  }
}
