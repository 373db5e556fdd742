import Foundation
import Testing

@Suite("Certificates, as they are loaded and chosen")
struct CertificateTests {
  private static func setup(_ tls: String) -> Setup {
    var setup = Setup(routes: [Setup.Route(keys: "respond: { status: 200, body: secure }")])
    setup.listeners = [#"{ name: https, bind: "127.0.0.1:0", tls: front }"#]
    setup.more = "tls: { front: { certificates: [\(tls)] } }"
    return setup
  }

  @Test("a directory's pairs are chosen by name, exact before wildcard, and verify")
  func directory() throws {
    let folder = try TemporaryFolder()
    let authority = try Authority(in: folder)
    try FileManager.default.createDirectory(atPath: folder.path(of: "bodies"), withIntermediateDirectories: true)
    for (names, file) in [("default.example", "0"), ("*.body.example", "a"), ("www.body.example", "b")] {
      try authority.issue(names, to: "bodies/\(file)")
    }
    try withYett(Self.setup("{ directory: bodies }"), in: folder) { yett throws in
      let cases = [
        ("default.example", "default.example"), ("x.body.example", "*.body.example"),
        ("www.body.example", "www.body.example"),
      ]
      for (asked, shown) in cases {
        let text = try OpenSSL.connect(yett, "-servername", asked, "-CAfile", authority.root)
        #expect(text.contains("subject=CN = \(shown)\n") && text.contains("Verify return code: 0 (ok)"), "\(text)")
      }
    }
  }

  @Test("of an ECDSA and an RSA certificate for one name the client's abilities decide")
  func kinds() throws {
    let folder = try TemporaryFolder()
    let authority = try Authority(in: folder)
    try FileManager.default.createDirectory(atPath: folder.path(of: "bodies"), withIntermediateDirectories: true)
    for kind in ["ec", "rsa"] { try authority.issue("body.example", to: "bodies/body-\(kind)", key: kind) }
    try withYett(Self.setup("{ directory: bodies }"), in: folder) { yett throws in
      for (signatures, type) in [("ECDSA+SHA256", "ECDSA"), ("RSA-PSS+SHA256", "RSA-PSS")] {
        for name in [["-servername", "body.example"], ["-noservername"]] {
          let run = try Program.run(
            "openssl", ["s_client", "-connect", "\(yett.endpoint("https"))", "-sigalgs", signatures] + name)
          #expect(run.output.contains("Peer signature type: \(type)\n"), "\(name): \(run.output)")
        }
      }
    }
  }

  /// A good pair, one of the wrong direction, one whose date has passed, one without a name.
  private static func bad(in folder: TemporaryFolder) throws -> Setup {
    let authority = try Authority(in: folder)
    for (name, days) in [("good.example", 2), ("turned.example", 2), ("late.example", 0)] {
      try authority.issue(name, days: days)
    }
    let chain = try folder.read("turned.example.pem").components(separatedBy: "-----BEGIN")
    try folder.write(["", chain[2], chain[1]].joined(separator: "-----BEGIN"), to: "turned.example.pem")
    let nameless = try Program.run(
      "openssl",
      [
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=a.example",
        "-out", folder.path(of: "nameless.pem"), "-keyout", folder.path(of: "nameless.key"),
      ])
    guard nameless.exit == .code(0) else { throw Unmet(nameless.errors) }
    let names = ["good.example", "turned.example", "late.example", "nameless"]
    var setup = setup(names.map { "{ chain: \($0).pem, key: \($0).key }" }.joined(separator: ", "))
    setup.log = "access: off"
    return setup
  }

  @Test("`yett check` refuses a chain out of order, a date that has passed and a certificate without a name")
  func refused() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write(Self.bad(in: folder).yaml(in: folder), to: "yett.yaml")
    let run = try Program.run(Yett.executable, ["check", file])
    #expect(run.exit == .code(1))
    let lines = run.errors.split(separator: "\n").filter { $0.contains("cannot use a certificate") }
    let complaints = [
      "turned.example.pem: the private key belongs to certificate 2; order the chain from the server's own upwards",
      "late.example.pem: the certificate expired on 20",
      "nameless.pem: the certificate names no host (subjectAltName)",
    ]
    #expect(lines.count == complaints.count, "\(run.errors)")
    for (line, complaint) in zip(lines, complaints) { #expect(line.contains(complaint), "\(line)") }
  }

  @Test("one that has expired is no reason not to start, nor not to reload; a new one that has is refused")
  func lapsed() throws {
    let folder = try TemporaryFolder()
    let authority = try Authority(in: folder)
    try authority.issue("late.example", days: 0)
    let setup = Self.setup("{ chain: late.example.pem, key: late.example.key }")
    try withYett(setup, in: folder) { yett throws in
      #expect(try OpenSSL.connect(yett).contains("subject=CN = late.example\n"))
      guard case .taken = try yett.reload(setup) else { throw Unmet("it was refused") }
      try authority.issue("later.example", days: 0)
      let both =
        "{ chain: late.example.pem, key: late.example.key }, { chain: later.example.pem, key: later.example.key }"
      #expect(try yett.reload(Self.setup(both)) == .refused)
      let (exit, _, errors) = try yett.command("reload")
      #expect(exit == .code(1) && errors.contains("later.example.pem: the certificate expired on 20"), "\(errors)")
      #expect(!errors.contains("late.example.pem: "))
      #expect(try OpenSSL.connect(yett).contains("subject=CN = late.example\n"))
    }
    let all = try Program.run(Yett.executable, ["check", folder.path(of: "yett.yaml")]).errors
    #expect(all.contains("late.example.pem: ") && all.contains("later.example.pem: "))
  }

  @Test("what works and is no good is warned of: a large RSA key, a name that two have")
  func warned() throws {
    let folder = try TemporaryFolder()
    let authority = try Authority(in: folder)
    for file in ["one", "two"] { try authority.issue("a.example", to: file, key: "rsa:3080") }
    let setup = Self.setup("{ chain: one.pem, key: one.key }, { chain: two.pem, key: two.key }")
    try withYett(setup, in: folder) { yett throws in
      let file = folder.path(of: "yett.yaml")
      let run = try Program.run(Yett.executable, ["check", file])
      let warnings = run.output.split(separator: "\n").filter { $0.hasPrefix("  warning: ") }
      #expect(run.exit == .code(0) && warnings.count == 3, "\(run.output)\(run.errors)")
      #expect(warnings.first?.contains("one.pem: the RSA key has 3080 bits") == true)
      #expect(warnings.last?.contains("two.pem are both for a.example; the first is used at \(file):") == true)
      let report = try Program.run(Yett.executable, ["check", "--json", file]).output
      let json = try JSONSerialization.jsonObject(with: Data(report.utf8)) as? [String: Any]
      #expect((json?["warnings"] as? [[String: Any]])?.compactMap { $0["line"] as? Int }.count == 3)
      #expect(try yett.command("reload").output.contains("two.pem: the RSA key has 3080 bits"))
    }
  }
}
