import Foundation
import Testing

@Suite("`yett check`, start and reload say all that is wrong with what a configuration names")
struct CheckTests {
  /// One good certificate and five bad ones, and a log whose folder is missing.
  static func bad(in folder: TemporaryFolder) throws -> Setup {
    var setup = Setup(routes: [Setup.Route(keys: "respond: { status: 200, body: a }")])
    setup.listeners = [#"{ name: https, bind: "127.0.0.1:0", tls: front }"#]
    setup.log = "access: nowhere/access.log"
    for name in ["a", "b"] { _ = try Certificate(for: name, in: folder) }
    try FileManager.default.createDirectory(atPath: folder.path(of: "bodies"), withIntermediateDirectories: true)
    try folder.write("nonsense", to: "bodies/c.pem")
    try folder.write("nonsense", to: "bodies/c.key")
    setup.more = """
      tls:
        front:
          certificates:
            - { chain: a.pem, key: a.key }
            - { chain: a.pen, key: b.kye }
            - { chain: a.pem, key: b.key }
            - { directory: bodies }
            - { directory: bodis }
      """
    return setup
  }

  /// In the order of the file; line by line what stands before and after the folder's path.
  static let complaints = [
    ("the access log cannot be written: open ", "yett.yaml:9:16"),
    ("a.pen: cannot be read: No such file or directory", "yett.yaml:15:18; did you mean `a.pem`?"),
    ("b.kye: cannot be read: No such file or directory", "yett.yaml:15:30; did you mean `b.key`?"),
    ("b.key: the private key does not belong to the first certificate of ", "yett.yaml:16:30"),
    ("bodies/c.pem: holds no certificate", "yett.yaml:17:22"),
    ("bodis is no directory that can be read", "yett.yaml:18:22; did you mean `bodies`?"),
  ]

  static func expect(_ text: String, from command: String) {
    let lines = text.split(separator: "\n").filter { $0.contains(" at /") }
    #expect(lines.count == complaints.count, "\(command): \(text)")
    for (line, (message, place)) in zip(lines, complaints) {
      #expect(line.contains(message) && line.hasSuffix(place), "\(command): \(line)")
    }
  }

  @Test("each with file, line, column and what was probably meant, to people and as JSON")
  func bad() throws {
    let folder = try TemporaryFolder()
    let setup = try Self.bad(in: folder)
    try withYett(StuckTests.logging(to: "off"), in: folder) { yett in
      try folder.write(setup.yaml(in: folder), to: "yett.yaml")
      for command in ["check", "reload", "serve"] {
        let (exit, _, errors) = try yett.command(command)
        #expect(exit == .code(1))
        Self.expect(errors, from: command)
      }
      for command in ["check", "reload"] {
        let (exit, output, _) = try yett.command(command, "--json")
        #expect(exit == .code(1))
        let report = try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any]
        let diagnostics = report?["diagnostics"] as? [[String: Any]] ?? []
        #expect(diagnostics.map { $0["line"] as? Int } == [9, 15, 15, 16, 17, 18], "\(command)")
        #expect(diagnostics.compactMap { $0["suggestion"] as? String } == ["a.pem", "b.key", "bodies"], "\(command)")
      }
    }
    #expect(!FileManager.default.fileExists(atPath: folder.path(of: "nowhere")))
  }

  @Test("a good one is told in a few lines, and nothing is made")
  func good() throws {
    let folder = try TemporaryFolder()
    var setup = try TLSTests.secure(["a.example"], in: folder)
    setup.log = "access: access.log"
    let file = try folder.write(setup.yaml(in: folder), to: "yett.yaml")
    let run = try Program.run(Yett.executable, ["check", file])
    #expect(run.exit == .code(0) && run.errors == "")
    #expect(run.output.contains("  1 certificate   \(folder.path(of: "a.example.pem")) expires on 20"), "\(run.output)")
    #expect(!FileManager.default.fileExists(atPath: folder.path(of: "access.log")))
    let report = try Program.run(Yett.executable, ["check", "--json", file]).output
    #expect(report.contains(#""valid":true,"listeners":1,"tls":[{"name":"front","#), "\(report)")
  }

  @Test("an address that is taken is told with its place, at the start too")
  func taken() throws {
    let (folder, taken) = (try TemporaryFolder(), try Origin())
    var setup = StuckTests.logging(to: "off")
    setup.listeners = [#"{ name: http, bind: "\#(taken.endpoint)" }"#]
    let file = try folder.write(setup.yaml(in: folder), to: "yett.yaml")
    let run = try Program.run(Yett.executable, ["serve", "--config", file])
    #expect(run.exit == .code(1) && run.errors.contains("Address already in use (who does: `ss -ltnp sport = :"))
    #expect(run.errors.contains("yett.yaml:3:25"), "\(run.errors)")
  }
}
