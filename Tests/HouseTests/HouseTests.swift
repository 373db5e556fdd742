import Foundation
import Testing

@Suite("The house's rules")
struct HouseTests {
  @Test("hold in every file", arguments: Rule.allCases)
  func hold(rule: Rule) throws {
    for file in try SourceFile.all() {
      for finding in rule.findings(in: file) { Issue.record("\(finding)") }
    }
  }

  @Test("a folder has at most ten files")
  func folders() throws {
    for (folder, files) in Dictionary(grouping: try SourceFile.all(), by: { $0.folders.joined(separator: "/") })
    where files.count > 10 {
      Issue.record("\(folder): \(files.count) files; make subfolders that say what they are about")
    }
  }

  @Test("the package keeps every check on")
  func package() throws {
    let text = try String(contentsOf: SourceFile.root.appending(path: "Package.swift"), encoding: .utf8)
    for setting in [".strictMemorySafety()", ".treatAllWarnings(as: .error)"] {
      #expect(text.contains(setting), "Package.swift: every Swift target has \(setting)")
    }
    // All targets but those of C: the functions `room` and `tests` make theirs so too.
    for target in text.split(separator: #/\.(target|executableTarget|testTarget|macro|plugin)\(/#).dropFirst() {
      let isC = target.contains("cSettings:")
      #expect(isC || target.contains("swiftSettings: strict"), "Package.swift: a target without `strict`: \(target)")
    }
    for flag in ["unsafeFlags", "-Ounchecked", "-enforce-exclusivity"] {
      #expect(!text.contains(flag), "Package.swift: no \(flag), ever")
    }
  }
}

@Suite("The README's table")
struct ReadmeTests {
  @Test("is the one that sources are held to")
  func rooms() throws {
    let text = try String(contentsOf: SourceFile.root.appending(path: "README.md"), encoding: .utf8)
    #expect(ImportTable.rooms(ofREADME: text) == ImportTable.rooms)
  }
}

@Suite("A rule finds what breaks it, and nothing else")
struct RuleTests {
  typealias Sample = (rule: Rule, path: String, text: String)

  @Test(
    "found",
    arguments: [
      (.imports, "Sources/Bytes/A.swift", "import HTTP"),
      (.imports, "Sources/Cache/A.swift", "public import struct EventLoop.Socket"),
      (.imports, "Sources/Cache/A.swift", "import Glibc"),
      (.imports, "Sources/Control/A.swift", "import Foundation"),
      (.imports, "Sources/Proxy/A.swift", "import FoundationEssentials"),
      (.imports, "Sources/Attic/A.swift", ""),
      (.traps, "Sources/TLS/A.swift", "let a = try! b()"),
      (.traps, "Sources/TLS/A.swift", "let a = b as! Int"),
      (.traps, "Sources/TLS/A.swift", "fatalError(\"no\")"),
      (.traps, "Sources/TLS/A.swift", "let a = b[0]!.count"),
      (.traps, "Sources/TLS/A.swift", "var a: Int!"),
      (.traps, "Sources/TLS/A.swift", "handler!(1)"),
      (.traps, "Sources/TLS/A.swift", "assertionFailure()"),
      (.unwrapped, "Sources/TLS/A.swift", "let a = b.unsafelyUnwrapped"),
      (.width, "Sources/Bytes/A.swift", "// " + String(repeating: "a", count: 118)),
      (.width, "Sources/Bytes/A.swift", "let " + String(repeating: "a", count: 117)),
      (.preconditions, "Sources/Cache/A.swift", "precondition(a < b)"),
      (.typedThrows, "Sources/HTTP/A.swift", "func a() throws -> Int"),
      (.unchecked, "Sources/TLS/A.swift", "extension A: @unchecked Sendable {}"),
      (.unchecked, "Tests/TLSTests/A.swift", "@exclusivity(unchecked) var a = 1"),
      (.unsafe, "Sources/Cache/A.swift", "let a = unsafe b.pointee"),
      (.unsafe, "Sources/Upstream/Pool/A.swift", "nonisolated(unsafe) let a = b"),
      (.access, "Sources/Bytes/A.swift", "  @inlinable package func a() {}"),
      (.todo, "Sources/Bytes/A.swift", "  // TODO: later"),
      (.sleep, "Tests/TLSTests/A.swift", "try await Task.sleep(for: .seconds(1))"),
      (.port, "Tests/EndToEndTests/A.swift", "let a = \"127.0.0.1:8080\""),
      (.port, "Tests/TLSTests/A.swift", "try Socket.listen(on: host, port: 8080)"),
      (.port, "Tests/TLSTests/A.swift", "let a = try ListeningSocket(Address(host: b, port: 8080))"),
      (.length, "Sources/Bytes/A.swift", String(repeating: "\n", count: 401)),
      (.fileName, "Sources/Bytes/A.swift", "struct B {}"),
      (.fileName, "Sources/Bytes/A.swift", ""),
      (.fileName, "Sources/Bytes/ByteUtils.swift", "enum ByteUtils {}"),
      (.documentation, "Sources/Bytes/A.swift", "public struct A {"),
      (.documentation, "Sources/Bytes/A.swift", "/// A.\npublic struct A {\n\n  @inlinable public func b() {}"),
      (.documentation, "Sources/Bytes/A.swift", "  public private(set) var octets: Int"),
    ] as [Sample])
  func found(sample: Sample) {
    let findings = sample.rule.findings(in: SourceFile(path: sample.path, text: sample.text))
    #expect(findings.count == 1, "\(sample.text)")
  }

  @Test(
    "let be",
    arguments: [
      (.imports, "Sources/Proxy/A.swift", "import COpenSSL\nimport Glibc\nprivate import Configuration"),
      (.imports, "Sources/Bytes/A.swift", "// import HTTP"),
      (.imports, "Tests/HouseTests/A.swift", "import Foundation"),
      (.traps, "Sources/TLS/A.swift", "let a = \"try! as! b!\" // fatalError()\nlet c = !d && e != f"),
      (.traps, "Sources/TLS/A.swift", "/* a! /* b! */ c! */\nlet d = #\"e!\"#\nlet f = \"\"\"\n  g!\n  \"\"\""),
      (.unwrapped, "Sources/Bytes/A.swift", "let a = unsafe b.unsafelyUnwrapped"),
      (.width, "Sources/Bytes/A.swift", "// " + String(repeating: "é", count: 117)),
      (.width, "Sources/Bytes/A.swift", "let a = \"" + String(repeating: "a", count: 120) + "\""),
      (.preconditions, "Sources/Bytes/A.swift", "precondition(a < b)"),
      (.typedThrows, "Sources/HTTP/A.swift", "func a() throws(HeadError) -> Int"),
      (.typedThrows, "Sources/yett/A.swift", "func run() throws"),
      (.unsafe, "Sources/Upstream/Names/A.swift", "let a = unsafe b.pointee"),
      (.access, "Sources/yett/A.swift", "let package = 1"),
      (.port, "Tests/EndToEndTests/A.swift", "let a = \"127.0.0.1:0\", b = \"127.0.0.1:\\(port)\""),
      (.port, "Tests/ControlTests/A.swift", "let a = Door.bind(.ipv4(b, port: 80)), c = A(bind: .tcp(port: 80))"),
      (.length, "Sources/Bytes/A.swift", String(repeating: "\n", count: 400)),
      (.fileName, "Sources/Bytes/Span+Octets.swift", "extension Span<UInt8> {}"),
      (.documentation, "Sources/Bytes/A.swift", "/// A.\n@safe\npublic struct A {\n  public var description: String"),
      (
        .documentation, "Sources/Bytes/A.swift",
        "extension A {\n  /// Octets.\n  public var b: Int\n  public var c: Int"
      ),
      (.documentation, "Sources/Bytes/A.swift", "  public static func == (left: A, right: A) -> Bool {"),
      (.documentation, "Sources/Bytes/A.swift", "  @inlinable public static func < (left: A, right: A) -> Bool {"),
    ] as [Sample])
  func letBe(sample: Sample) {
    let findings = sample.rule.findings(in: SourceFile(path: sample.path, text: sample.text))
    #expect(findings.isEmpty, "\(sample.text)")
  }

  @Test("an import is allowed through another room's")
  func transitive() {
    #expect(ImportTable.allowed(for: "Proxy").isSuperset(of: ["CYAML", "CCares", "Time"]))
    #expect(!ImportTable.allowed(for: "Cache").contains("EventLoop"))
  }
}
