/// A configuration that was refused, with everything that is wrong with it.
public struct ConfigurationError: Error, Equatable, CustomStringConvertible {
  /// At least one, in the files' order; at most `Configuration.diagnosticsLimit`.
  public let diagnostics: [Diagnostic]
  /// Whether there were more.
  public let isCut: Bool

  public init(diagnostics: [Diagnostic], isCut: Bool = false) {
    (self.diagnostics, self.isCut) = (diagnostics, isCut)
  }

  /// What was found wrong with some files, in any order: told file by file, in the order in which they come first.
  ///
  /// - Returns: `nil` where nothing was.
  public init?(found: [Diagnostic]) {
    guard !found.isEmpty else { return nil }
    var files: [String: Int] = [:]
    for diagnostic in found where files[diagnostic.file] == nil { files[diagnostic.file] = files.count }
    let sorted = found.enumerated().sorted { one, other in
      let (left, right) = (one.element, other.element)
      return (files[left.file] ?? 0, left.line, left.column, one.offset)
        < (files[right.file] ?? 0, right.line, right.column, other.offset)
    }
    let limit = Configuration.diagnosticsLimit
    self.init(diagnostics: sorted.prefix(limit).map(\.element), isCut: found.count > limit)
  }

  /// One line for each diagnostic.
  public var description: String {
    diagnostics.map(\.description).joined(separator: "\n") + (isCut ? "\nand more of the kind" : "")
  }
}
