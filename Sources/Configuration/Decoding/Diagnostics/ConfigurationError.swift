/// A configuration that was refused, with everything that is wrong with it.
public struct ConfigurationError: Error, Equatable, CustomStringConvertible {
  /// At least one, in the files' order; at most `Configuration.diagnosticsLimit`.
  public let diagnostics: [Diagnostic]
  /// Whether there were more.
  public let isCut: Bool

  public init(diagnostics: [Diagnostic], isCut: Bool = false) {
    (self.diagnostics, self.isCut) = (diagnostics, isCut)
  }

  /// What was found wrong with one file, in any order.
  ///
  /// - Returns: `nil` where nothing was.
  public init?(found: [Diagnostic]) {
    guard !found.isEmpty else { return nil }
    let sorted = found.enumerated().sorted {
      ($0.element.line, $0.element.column, $0.offset) < ($1.element.line, $1.element.column, $1.offset)
    }
    let limit = Configuration.diagnosticsLimit
    self.init(diagnostics: sorted.prefix(limit).map(\.element), isCut: found.count > limit)
  }

  /// One line for each diagnostic.
  public var description: String {
    diagnostics.map(\.description).joined(separator: "\n") + (isCut ? "\nand more of the kind" : "")
  }
}
