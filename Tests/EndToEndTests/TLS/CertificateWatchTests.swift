import Foundation
import Testing

@Suite("Certificates' files are watched")
struct CertificateWatchTests {
  private static func setup(_ tls: String, workers: Int = 1) -> Setup {
    var setup = Setup(routes: [Setup.Route(keys: "respond: { status: 200, body: secure }")])
    setup.listeners = [#"{ name: https, bind: "127.0.0.1:0", tls: front }"#]
    setup.more = "tls: { front: { certificates: [\(tls)] } }"
    setup.workers = workers
    return setup
  }

  /// Reads the log on to the line that says so.
  private static func hear(_ yett: Yett, _ words: String) throws -> String {
    try yett.program.errors.first { $0.contains(words) ? $0 : nil }
  }

  private static func subject(_ yett: Yett, _ name: String) throws -> String? {
    let text = try OpenSSL.connect(yett, "-servername", name)
    return text.firstMatch(of: #/subject=CN = (\S+)/#).map { String($0.output.1) }
  }

  @Test("a pair that changes is served by every worker without a reload, and the connections before it go on")
  func replaced() throws {
    let folder = try TemporaryFolder()
    let authority = try Authority(in: folder)
    try authority.issue("old.example", "a.example", to: "a")
    try withYett(Self.setup("{ chain: a.pem, key: a.key }", workers: 2), in: folder) { yett throws in
      #expect(try Self.subject(yett, "a.example") == "old.example")
      for name in ["new.example", "newer.example"] {
        try authority.issue(name, "a.example", to: "a")
        let line = try Self.hear(yett, "certificate replaced")
        #expect(
          line.contains(" notice ") && line.contains("profile front: ") && line.contains("a.pem for \(name) and 1"))
        for _ in 0..<6 { #expect(try Self.subject(yett, "a.example") == name) }
      }
      #expect(try yett.metric("yett_snapshot_number") == 1)
      #expect(try yett.metric(#"yett_certificate_changes_total{result="taken"}"#) == 2)
    }
  }

  @Test("one that does not check is refused in log, metric and status, and the old one is served on")
  func refused() throws {
    let folder = try TemporaryFolder()
    let authority = try Authority(in: folder)
    try authority.issue("old.example", to: "a")
    try authority.issue("other.example", to: "b")
    try withYett(Self.setup("{ chain: a.pem, key: a.key }"), in: folder) { yett throws in
      try folder.write(try folder.read("b.key"), to: "a.key")
      let line = try Self.hear(yett, "certificate REFUSED")
      #expect(line.contains(" error ") && line.contains("a.key: the private key does not belong"))
      #expect(try Self.subject(yett, "old.example") == "old.example")
      #expect(try yett.metric(#"yett_certificate_changes_total{result="refused"}"#) == 1)
      #expect(try yett.metric("yett_certificate_refused{") == 1)
      let text = try yett.command("status").output
      #expect(text.contains("REFUSED: \(folder.path(of: "a.key")): the private key does not belong"), "\(text)")
      // A reload says so too, and the old one is served on.
      #expect(try yett.command("reload").exit == .code(1))
      #expect(try Self.subject(yett, "old.example") == "old.example")
      try folder.write(try folder.read("b.pem"), to: "a.pem")
      _ = try Self.hear(yett, "certificate replaced")
      #expect(try Self.subject(yett, "old.example") == "other.example")
      #expect(try yett.metric("yett_certificate_refused{") == 0)
    }
  }

  @Test("pairs come to a directory and go from it")
  func directory() throws {
    let folder = try TemporaryFolder()
    let authority = try Authority(in: folder)
    try FileManager.default.createDirectory(atPath: folder.path(of: "bodies"), withIntermediateDirectories: true)
    try authority.issue("a.example", to: "bodies/a")
    try withYett(Self.setup("{ directory: bodies }"), in: folder) { yett throws in
      #expect(try Self.subject(yett, "b.example") == "a.example")
      try authority.issue("b.example", to: "bodies/b")
      #expect(try Self.hear(yett, "certificate added").contains("bodies/b.pem for b.example"))
      #expect(try Self.subject(yett, "b.example") == "b.example")
      for kind in ["pem", "key"] { try FileManager.default.removeItem(atPath: folder.path(of: "bodies/b.\(kind)")) }
      #expect(try Self.hear(yett, "certificate removed").contains("bodies/b.pem is gone"))
      #expect(try Self.subject(yett, "b.example") == "a.example")
    }
  }

  @Test("days to expiry are told by log, status and metric")
  func expiry() throws {
    let folder = try TemporaryFolder()
    let authority = try Authority(in: folder)
    try authority.issue("a.example", to: "a", days: 13)
    try withYett(Self.setup("{ chain: a.pem, key: a.key }"), in: folder) { yett throws in
      let line = try Self.hear(yett, "expires in 1")
      #expect(line.contains(" warning certificate of profile front, ") && line.contains("a.pem for a.example, "))
      #expect(line.contains("expires in 12d 23h, on 20"), "\(line)")
      let text = try yett.command("status").output
      #expect(text.contains("a.pem  a.example  ECDSA 256  20") && text.contains("  12d 23h\n"), "\(text)")
      let report = try yett.command("status", "--json").output
      let json = try JSONSerialization.jsonObject(with: Data(report.utf8)) as? [String: Any]
      let certificate = (json?["certificates"] as? [[String: Any]])?.first
      #expect(certificate?["days_left"] as? Double == 12.9)
      let end = try #require(try yett.metric("yett_certificate_not_after_timestamp_seconds{"))
      #expect(abs(end - Date().timeIntervalSince1970 - 13 * 86_400) < 600)
    }
  }
}
