import Foundation
import Testing

/// Where a rule is broken, and what to do instead.
struct Finding: CustomStringConvertible {
  let path: String
  /// From 1.
  let line: Int
  let remedy: String

  var description: String { "\(path):\(line): \(remedy)" }
}

/// A rule of the design or of the style that a machine can check, one file at a time.
enum Rule: String, CaseIterable, Sendable, CustomTestStringConvertible {
  case imports = "a room imports what the design's table lets it import"
  case traps = "nothing traps by choice, and nothing forces"
  case unwrapped = "what skips the check of an optional stays in Bytes"
  case preconditions = "a precondition guards an unsafe access, and nothing else"
  case typedThrows = "what a request reaches throws typed"
  case unchecked = "the compiler's proofs stay on"
  case unsafe = "`unsafe` stays in its rooms"
  case access = "between rooms it is `public`"
  case todo = "what is to do is an issue"
  case sleep = "a test waits for events"
  case port = "a test takes the port that the kernel gives"
  case length = "a file has at most 400 lines"
  case width = "a line has at most 120 characters, but for its strings"
  case fileName = "a file has the name of its main type"
  case documentation = "a public declaration states its contract"

  var testDescription: String { rawValue }

  func findings(in file: SourceFile) -> [Finding] {
    switch self {
    case .imports: ImportTable.findings(in: file)
    case .documentation: Documentation.findings(in: file)
    case .length: length(of: file)
    case .width: width(of: file)
    case .fileName: name(of: file)
    case .todo: todo(in: file)
    case .port: words(in: file) + portsInStrings(of: file)
    case .traps, .unwrapped, .preconditions, .typedThrows, .unchecked, .unsafe, .access, .sleep: words(in: file)
    }
  }

  private static let unsafeRooms = [
    "Bytes/", "EventLoop/", "TLS/", "HTTP/Two/HPACK", "Configuration/YAML", "Upstream/Names",
  ]

  /// What this rule forbids in code, as a pattern and the remedy.
  private var banned: [(pattern: String, remedy: String)] {
    switch self {
    case .traps:
      [
        (#"\btry!"#, "`try!` traps; use `throws(…)`"),
        (#"\bas!"#, "`as!` traps; use `as?` or a type that needs no cast"),
        (#"\bfatalError\("#, "`fatalError` traps; throw an error"),
        (#"\bassertionFailure\("#, "`assertionFailure` is silent in a release; throw an error"),
        (#"(?<!\b(tr|a))[\w)\]?]!(?!=)"#, "`!` traps; use `guard let`"),
      ]
    case .unwrapped: [(#"\bunsafelyUnwrapped\b"#, "it is unchecked in a release; use `guard let`")]
    case .preconditions: [(#"\bprecondition(Failure)?\("#, "it traps; throw an error, or answer")]
    case .typedThrows: [(#"\bthrows\b(?!\()"#, "an untyped `throws` costs 79 ns and says nothing; use `throws(…)`")]
    case .unchecked:
      [
        (#"@unchecked\s+Sendable"#, "`@unchecked Sendable` is banned; use `Mutex`, an atomic or a value"),
        (#"@exclusivity\("#, "`@exclusivity` is banned; shape the access as swift.md's pattern A"),
        (#"-Ounchecked|unsafeFlags"#, "no optimisation flag, ever: the checks stay on"),
      ]
    case .unsafe:
      [
        (
          #"\bunsafe\b"#,
          "`unsafe` belongs in Bytes, EventLoop, TLS, HTTP/Two/HPACK, Configuration/YAML or Upstream/Names"
        )
      ]
    case .access: [(#"^\s*(@\S+\s+)*package\s+\w"#, "`package` gets no cross-module optimisation; use `public`")]
    case .sleep: [(#"\b(u|nano)?sleep\("#, "a sleep is too long or too short; wait for the event, with a deadline")]
    case .port:
      [
        (
          // What opens a socket throws; a value that only names a port takes none.
          #"\btry\b.*\b(bind|listen|connect|\w*Socket)\s*\(.*\bport:\s*[1-9]"#,
          "a fixed port is taken sometimes; bind to 0 and read it back"
        )
      ]
    case .imports, .todo, .length, .width, .fileName, .documentation: []
    }
  }

  /// Whether the rule is for this file at all.
  private func applies(to file: SourceFile) -> Bool {
    switch self {
    case .traps, .access: file.room != nil
    case .unwrapped: file.room != nil && file.room != "Bytes"
    case .typedThrows:
      if let room = file.room { !["Configuration", "Control", "yett"].contains(room) } else { false }
    case .unsafe, .preconditions:
      file.room != nil && !Self.unsafeRooms.contains { file.path.hasPrefix("Sources/\($0)") }
    case .sleep, .port: file.isTest
    case .unchecked, .todo, .length, .width, .imports, .fileName, .documentation: true
    }
  }

  private func words(in file: SourceFile) -> [Finding] {
    guard applies(to: file) else { return [] }
    let code = file.code.joined(separator: "\n")
    return banned.flatMap { pattern, remedy -> [Finding] in
      guard code.range(of: "(?m)\(pattern)", options: .regularExpression) != nil else { return [] }
      return file.code.enumerated().filter { $0.element.range(of: pattern, options: .regularExpression) != nil }
        .map { Finding(path: file.path, line: $0.offset + 1, remedy: remedy) }
    }
  }

  private func todo(in file: SourceFile) -> [Finding] {
    // In code the words may stand: only comments promise.
    file.lines.enumerated().compactMap { index, line in
      guard ["TODO", "FIXME", "XXX", "HACK"].contains(where: line.contains) else { return nil }
      let marks = [#"//.*\b(TODO|FIXME|XXX|HACK)\b"#, #"^\s*\*.*\b(TODO|FIXME)\b"#]
      guard !line.contains("\""), marks.contains(where: { line.range(of: $0, options: .regularExpression) != nil })
      else { return nil }
      return Finding(path: file.path, line: index + 1, remedy: "a TODO is forgotten; open an issue or do it")
    }
  }

  private func portsInStrings(of file: SourceFile) -> [Finding] {
    guard file.path.hasPrefix("Tests/EndToEndTests/") else { return [] }
    return file.lines.enumerated()
      .filter {
        $0.element.range(of: #""[^"]*(127\.0\.0\.1|localhost|\[::1?\]):[1-9]"#, options: .regularExpression) != nil
      }
      .map { Finding(path: file.path, line: $0.offset + 1, remedy: "a fixed port is taken sometimes; use port 0") }
  }

  private func length(of file: SourceFile) -> [Finding] {
    let limit = 400
    let count = file.lines.last == "" ? file.lines.count - 1 : file.lines.count
    guard count > limit else { return [] }
    return [Finding(path: file.path, line: limit, remedy: "\(count) lines; find the second concept in it")]
  }

  private func width(of file: SourceFile) -> [Finding] {
    file.lines.enumerated().compactMap { index, line in
      guard line.utf8.count > 120, line.count > 120 else { return nil }
      let (text, code) = (line.drop { $0 == " " }, file.code[index])
      // What stands in a string may be as long as it must.
      guard text.hasPrefix("//") || code.count > 120 || !code.isEmpty && !line.contains("\"") else { return nil }
      return Finding(path: file.path, line: index + 1, remedy: "\(line.count) characters; wrap it")
    }
  }

  private func name(of file: SourceFile) -> [Finding] {
    guard file.code.contains(where: { !$0.isEmpty }) else {
      return [Finding(path: file.path, line: 1, remedy: "there is nothing in it; delete it")]
    }
    guard file.room != nil, file.name != "main" else { return [] }
    let stem = file.name.split(separator: "+").first ?? file.name
    if let word = ["Utils", "Util", "Helper", "Helpers", "Common", "Manager", "Impl", "Misc"].first(
      where: stem.hasSuffix)
    {
      return [Finding(path: file.path, line: 1, remedy: "`\(word)` says nothing; name the concept")]
    }
    let declares = file.code.contains {
      $0.range(of: #"\b(struct|class|enum|protocol|actor|func)\s"#, options: .regularExpression) != nil
    }
    let type = #"\b(struct|class|enum|protocol|actor|extension|typealias)\s+(\w+\.)*\#(stem)\b"#
    guard declares, !file.code.contains(where: { $0.range(of: type, options: .regularExpression) != nil }) else {
      return []
    }
    return [Finding(path: file.path, line: 1, remedy: "it has no type `\(stem)`; name it after its main type")]
  }
}
