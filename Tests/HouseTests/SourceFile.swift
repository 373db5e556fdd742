import Foundation
import Testing

/// One Swift file of the house, its code apart from its comments and the insides of its strings.
struct SourceFile: Sendable, CustomTestStringConvertible {
  /// From the repository's root: `Sources/Cache/Store.swift`.
  let path: String
  /// As written.
  let lines: [Substring]
  /// Without comments, and with string literals emptied; as many as `lines`.
  let code: [String]

  init(path: String, text: String) {
    self.path = path
    lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    code = CodeReader.code(of: text)
  }

  var testDescription: String { path }
  /// `Sources` or `Tests`, then the target, then folders.
  var folders: [Substring] { path.split(separator: "/").dropLast() }
  var name: Substring { path.split(separator: "/").last?.dropLast(".swift".count) ?? "" }
  /// The target's name, if the file is in `Sources`.
  var room: String? { folders.first == "Sources" && folders.count > 1 ? String(folders[1]) : nil }
  var isTest: Bool { folders.first == "Tests" }

  /// The repository's root, found from where this file was compiled.
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// Every Swift file of the house.
  static func all() throws -> [SourceFile] { try found.get() }

  /// Read once: telling code from comments takes longer than any rule.
  private static let found = Result { try read() }

  private static func read() throws -> [SourceFile] {
    try ["Sources", "Tests", "Fuzz", "Benchmarks"].flatMap { folder -> [SourceFile] in
      let base = root.appending(path: folder)
      guard let found = FileManager.default.enumerator(atPath: base.path) else { return [] }
      return try found.compactMap { $0 as? String }.sorted()
        .filter { $0.hasSuffix(".swift") && !$0.contains(".build") }
        .map {
          SourceFile(path: "\(folder)/\($0)", text: try String(contentsOf: base.appending(path: $0), encoding: .utf8))
        }
    }
  }
}
