import Foundation

/// Whether public declarations of `Sources` have a doc comment: their own, or that of the run of lines which they
/// continue (`count`, `isEmpty` under one comment). None is asked of initialisers and operators, of what a protocol of
/// the standard library explains, and of a line that shows its whole body.
enum Documentation {
  static func findings(in file: SourceFile) -> [Finding] {
    guard file.room != nil else { return [] }
    var isDocumented = false
    return file.lines.indices.compactMap { index in
      let (line, code) = (file.lines[index].trimmingCharacters(in: .whitespaces), file.code[index])
      guard !line.isEmpty else {
        isDocumented = false
        return nil
      }
      if line.hasPrefix("///") || line.hasSuffix("*/") { isDocumented = true }
      guard let name = publicName(in: code), !isDocumented, !selfExplaining.contains(name), !showsItsBody(code)
      else { return nil }
      return Finding(path: file.path, line: index + 1, remedy: "`\(name)` is public; say units, ranges, errors, thread")
    }
  }

  private static let selfExplaining: Set<String> = [
    "description", "debugDescription", "hash", "rawValue", "isEmpty", "removeAll",
  ]

  /// The name that a line declares publicly; `nil` for an extension, an operator, and what is not public.
  static func publicName(in code: String) -> String? {
    // The pattern alone, tried on every line, took most of the time of all rules.
    guard code.contains("public") || code.contains("open") else { return nil }
    let pattern = #/^\s*(@\S+(\s*\([^)]*\))?\s+)*(public|open)(\(set\))?\s+(?<rest>.*)$/#
    guard let match = code.firstMatch(of: pattern) else { return nil }
    let kinds: Set<Substring> = [
      "struct", "class", "enum", "protocol", "actor", "typealias", "func", "var", "let", "case", "macro",
    ]
    guard match.output.rest.firstMatch(of: #/\bfunc\s+[^\w\s`]/#) == nil else { return nil }
    let words = match.output.rest.split(whereSeparator: { " (:<{=".contains($0) })
    if let index = words.firstIndex(where: kinds.contains), words.indices.contains(index + 1) {
      let name = words[index + 1]
      return name.first?.isLetter ?? false || name.first == "_" || name.first == "`" ? String(name) : nil
    }
    return words.contains("subscript") ? "subscript" : nil
  }

  private static func showsItsBody(_ code: String) -> Bool {
    code.contains("static let ") || code.contains("{ ") && code.hasSuffix("}")
  }
}
