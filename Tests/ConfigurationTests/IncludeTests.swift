import Testing

@testable import Configuration

@Suite("Included files: the bodies' own pools and sites")
struct IncludeTests {
  static let body = """
    pools:
      council: {servers: [{address: 'c:1'}]}
    sites:
      - {name: council, hosts: [council.scot], routes: [{name: all, path: /, pool: app}]}
    """

  func complaints(_ include: String, _ files: [String: String]) -> [String] {
    do throws(ConfigurationError) {
      let text = configuration(other: "include: \(include)")
      _ = try Configuration.decode(Array(text.utf8), file: "conf/y") { path throws(SourceFileError) in
        guard let text = files[path] else { throw SourceFileError("no such file") }
        return Array(text.utf8)
      }
      return []
    } catch { return error.diagnostics.map(\.description) }
  }

  @Test("come after the including file's own, and may name its pools")
  func order() throws {
    let decoded = try decode(configuration(other: "include: [a.yaml]"), files: ["a.yaml": Self.body])
    #expect(decoded.pools.map(\.name) == ["app", "council"])
    #expect(decoded.sites.map(\.name) == ["site", "council"])
  }

  @Test("the including file may name pools of theirs")
  func backwards() throws {
    let text = configuration(route: "{name: all, path: /, pool: council}", other: "include: [a.yaml]")
    #expect(try decode(text, files: ["a.yaml": Self.body]).pools.count == 2)
  }

  @Test("are relative to the file, absolute as they are")
  func relative() {
    #expect(
      complaints("[sub/a.yaml, /etc/b.yaml]", ["conf/sub/a.yaml": Self.body, "/etc/b.yaml": ""]).isEmpty == false)
    let sites = "sites: []"
    #expect(complaints("[sub/a.yaml, /etc/b.yaml]", ["conf/sub/a.yaml": Self.body, "/etc/b.yaml": sites]) == [])
  }

  @Test("paths in them are relative to them, and sites may all be in them")
  func alone() throws {
    let text = "listeners: [{name: web, bind: '[::]:1'}]\ninclude: [sub/a.yaml]"
    let body = Self.body.replacing("pool: app", with: "pool: council")
    #expect(try decode(text, files: ["sub/a.yaml": body]).sites.count == 1)
  }

  @Test(
    "errors name the file that has them",
    arguments: [
      ("[a]", [:], ["cannot read the included file `conf/a`: no such file at conf/y:9:11"]),
      (
        "[a]", ["conf/a": "pools: {app: {servers: [{address: 'x:1'}]}}"],
        ["second pool `app` (the first is at conf/y:3:3) at conf/a:1:9"]
      ),
      ("[a]", ["conf/a": "sties: []"], ["unknown key `sties` at conf/a:1:1; did you mean `sites`?"]),
      (
        "[a]", ["conf/a": "workers: 2"], ["unknown key `workers` (an included file has pools, sites) at conf/a:1:1"]
      ),
      ("[a]", ["conf/a": "include: [b]"], ["unknown key `include` (an included file has pools, sites) at conf/a:1:1"]),
      ("[a]", ["conf/a": "a: ["], ["unreadable YAML, did not find expected node content, at conf/a:2:1"]),
      ("[a]", ["conf/a": ""], ["an empty file is included as `conf/a` at conf/y:9:11"]),
      (
        "[a, a]", ["conf/a": "sites: []"],
        ["second included file `conf/a` (the first is at conf/y:9:11) at conf/y:9:14"]
      ),
      ("a", [:], ["expected a list, got `a` at conf/y:9:10"]),
      ("[[a]]", [:], ["expected a file, got a list at conf/y:9:11"]),
    ] as [(String, [String: String], [String])])
  func errors(include: String, files: [String: String], expected: [String]) {
    #expect(complaints(include, files) == expected)
  }

  @Test("are bounded in number and all together in octets")
  func bounds() {
    let many = "[" + (0...YAMLLimits.includes).map { "a\($0)" }.joined(separator: ", ") + "]"
    #expect(complaints(many, [:]) == ["expected at most 256 items in the list, got 257 at conf/y:9:10"])
    let large = "sites: []\n#" + String(repeating: "x", count: YAMLLimits.fileOctets - 20)
    let files = ["conf/a": large, "conf/b": large, "conf/c": large, "conf/d": large]
    #expect(complaints("[a, b, c, d]", files) == ["more than 4MiB in `conf/d`, or 16MiB in all files at conf/y:9:20"])
  }
}
