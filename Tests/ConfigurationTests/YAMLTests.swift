import Testing

@testable import Configuration

@Suite("YAML: what is refused, and what the file may take")
struct YAMLTests {
  static let tail = ["missing key `listeners` of a configuration", "no site, neither here nor in an included file"]

  @Test(
    "refuses what makes a file hard to read",
    arguments: [
      ("x: &a 1", "an anchor or a tag; anchors, aliases and tags are not supported at y:1:4"),
      ("x: &a [1]", "an anchor or a tag; anchors, aliases and tags are not supported at y:1:4"),
      ("x: &a {b: 1}", "an anchor or a tag; anchors, aliases and tags are not supported at y:1:4"),
      ("x: !!str 1", "an anchor or a tag; anchors, aliases and tags are not supported at y:1:4"),
      ("x: ! 1", "an anchor or a tag; anchors, aliases and tags are not supported at y:1:4"),
      ("x: *a", "an alias; anchors and aliases are not supported, write the value out at y:1:4"),
      ("<<: {a: 1}", "a merge key; write the values out at y:1:1"),
      ("cache: {memory: 1MiB, memory: 2MiB}", "second key `memory` (the first is on line 1) at y:1:23"),
      ("log: {}\nlog: {}", "second key `log` (the first is on line 1) at y:2:1"),
      ("---\nlog: {}\n---\nlog: {}", "a second YAML document; one file holds one configuration at y:3:1"),
      ("? [a]\n: b", "a list where a key belongs at y:1:3"),
      ("? {a: b}\n: c", "a mapping where a key belongs at y:1:3"),
      ("*a : b", "an alias where a key belongs at y:1:1"),
    ])
  func refused(text: String, complaint: String) {
    #expect(complaints(text).contains(complaint) || complaints(text).contains { $0.hasPrefix(complaint) })
  }

  @Test(
    "says where it stopped reading",
    arguments: [
      ("a: [", "did not find expected node content, at y:2:1"),
      ("a: b: c", "mapping values are not allowed in this context, at y:1:5"),
      ("é: \"\u{7}\"", "control characters are not allowed, at y:1:5"),
      ("a: 1\nb: \u{0}", "control characters are not allowed, at y:2:4"),
      ("\t- a", "found character that cannot start any token, at y:1:1"),
      ("a: 'x", "found unexpected end of stream, at y:1:6"),
    ])
  func unreadable(text: String, complaint: String) {
    #expect(complaints(text) == ["unreadable YAML, \(complaint)"])
  }

  @Test(
    "refuses what is no UTF-8",
    arguments: [[0x61, 0x3A, 0x20, 0xFF], [0x61, 0x3A, 0x20, 0xC3], [0xFE, 0xFF, 0x00, 0x61], [0xED, 0xA0, 0x80]])
  func encoding(octets: [UInt8]) {
    #expect(throws: ConfigurationError.self) { try Configuration.decode(octets, file: "y") }
  }

  @Test("a byte order mark takes no column", arguments: ["", "\u{FEFF}"])
  func byteOrderMark(mark: String) {
    #expect(complaints(mark + "lgo: {}").first == "unknown key `lgo` at y:1:1; did you mean `log`?")
  }

  @Test("an empty file is told what it needs", arguments: ["", "# only a comment\n", "\u{FEFF}", "\n\n"])
  func empty(text: String) {
    #expect(complaints(text) == ["an empty configuration; it needs `listeners` and `sites` at least at y:1:1"])
  }

  @Test("a root that is no mapping is one error", arguments: ["[]", "text", "'quoted'", "- a"])
  func root(text: String) {
    #expect(complaints(text).count == 1)
    #expect(complaints(text).first?.hasPrefix("expected a configuration (a mapping), got ") == true)
  }

  @Test("depth is bounded", arguments: [(31, false), (32, true), (10_000, true)])
  func depth(lists: Int, isRefused: Bool) {
    let text = "x: " + String(repeating: "[", count: lists) + String(repeating: "]", count: lists)
    let refusal = complaints(text).contains { $0.hasPrefix("lists and mappings nested more than 32 deep") }
    #expect(refusal == isRefused)
  }

  @Test("octets are bounded")
  func octets() {
    let text = configuration() + String(repeating: "#", count: YAMLLimits.fileOctets)
    #expect(complaints(text) == ["more than 4MiB in the file at y:1:1"])
  }

  @Test("nodes are bounded")
  func nodes() {
    let text = "x: [" + String(repeating: "1,", count: YAMLLimits.nodes) + "]"
    #expect(
      complaints(text) == ["more than 400000 values; split the service instead at y:1:\(YAMLLimits.nodes * 2 + 3)"])
  }

  @Test("diagnostics are bounded, and in the file's order")
  func diagnostics() {
    let text = (0..<300).map { "key\($0): 1\n" }.joined()
    do throws(ConfigurationError) {
      _ = try decode(text)
      Issue.record("nothing was wrong")
    } catch {
      #expect(error.diagnostics.count == Configuration.diagnosticsLimit)
      #expect(error.isCut)
      #expect(error.diagnostics.map(\.line) == Array(1...100))
      #expect(error.description.hasSuffix("\nand more of the kind"))
    }
  }

  @Test("what could steer a terminal is escaped")
  func escaped() {
    #expect(quoted("a\u{1b}[31m\u{202E}\u{9b}`é") == "`a\\u{1b}[31m\\u{202e}\\u{9b}`é`")
    #expect(quoted(String(repeating: "x", count: 61)) == "`\(String(repeating: "x", count: 60))…`")
  }

  @Test("an empty section is one with its defaults", arguments: ["cache:", "cache: {}", "log:\nlimits:"])
  func emptySection(text: String) throws {
    #expect(try decode(configuration(other: text)) == decode(configuration()))
  }
}
