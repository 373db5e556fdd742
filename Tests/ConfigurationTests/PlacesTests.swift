import Testing

@testable import Configuration

@Suite("What shows only when a configuration is put to use has its place too")
struct PlacesTests {
  typealias Step = ConfigurationPlaces.Step

  static func places() throws -> ConfigurationPlaces {
    let text = configuration(
      other: """
        tls:
          front:
            certificates:
              - { chain: a.pem, key: a.key }
              - { key: b.key, chain: b.pem }
        log: { access: a.log }
        """)
    return try Configuration.read(Array(text.utf8), file: "y") { _ throws(SourceFileError) in
      throw SourceFileError("none")
    }.1
  }

  @Test(
    "the value, or the last on the way to it that is there",
    arguments: [
      ([], "x at y:1:1"),
      ([.key("log"), .key("access")], "x at y:14:16"),
      ([.key("tls"), .key("front"), .key("certificates"), .item(1), .key("chain")], "x at y:13:30"),
      ([.key("tls"), .key("front"), .key("certificates"), .item(1), .key("directory")], "x at y:13:9"),
      ([.key("tls"), .key("front"), .key("certificates"), .item(2)], "x at y:12:7"),
      ([.key("admin"), .key("socket")], "x at y:1:1"), ([.item(0)], "x at y:1:1"),
    ] as [([Step], String)])
  func place(path: [Step], expected: String) throws {
    #expect(try Self.places().diagnostic("x", at: path).description == expected)
  }

  @Test(
    "what stands in an included file is found there",
    arguments: [
      ([.key("pools"), .key("council"), .key("tls"), .key("ca")], "x at a.yaml:3:15"),
      ([.key("pools"), .key("council"), .key("tls"), .key("name")], "x at a.yaml:3:10"),
      ([.key("pools"), .key("app"), .key("servers")], "x at y:3:18"), ([.key("pools"), .key("none")], "x at y:3:3"),
      ([.key("sites")], "x at y:5:3"),
    ] as [([Step], String)])
  func included(path: [Step], expected: String) throws {
    let body = """
      pools:
        council:
          tls: {ca: a.pem}
          servers: [{address: 'c:1'}]
      """
    let text = configuration(other: "include: [a.yaml]")
    let places = try Configuration.read(Array(text.utf8), file: "y") { _ throws(SourceFileError) in Array(body.utf8) }.1
    #expect(places.diagnostic("x", at: path).description == expected)
  }

  @Test("without a file it is of the whole")
  func whole() {
    let diagnostic = ConfigurationPlaces(of: "the demo").diagnostic("x", at: [.key("log")], suggestion: "z")
    #expect(diagnostic.description == "x at the demo; did you mean `z`?")
  }

  @Test("what comes from outside steers no terminal")
  func escaping() {
    let diagnostic = ConfigurationPlaces(of: "y").diagnostic("a\u{1B}[2J", at: [], suggestion: "\u{202E}b")
    #expect(diagnostic.message == "a\\u{1b}[2J" && diagnostic.suggestion == "\\u{202e}b")
  }

  @Test("errors come file by file, in the file's order, and not without end")
  func order() {
    let several = [("b", 9), ("a", 1), ("b", 2)].map { Diagnostic(file: $0, line: $1, column: 1, message: "") }
    #expect(ConfigurationError(found: several)?.diagnostics == [several[2], several[0], several[1]])
    let found = (0..<101).map { Diagnostic(file: "y", line: 200 - $0 / 2, column: 1, message: "\($0)") }
    let error = ConfigurationError(found: found)
    #expect(error?.diagnostics.prefix(3).map(\.message) == ["100", "98", "99"])
    #expect(error?.diagnostics.count == Configuration.diagnosticsLimit && error?.isCut == true)
    #expect(ConfigurationError(found: Array(found.prefix(100)))?.isCut == false)
    #expect(ConfigurationError(found: []) == nil)
  }
}
