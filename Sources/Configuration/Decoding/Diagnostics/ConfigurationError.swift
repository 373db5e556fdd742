/// A configuration that was refused, with everything that is wrong with it.
public struct ConfigurationError: Error, Equatable, CustomStringConvertible {
  /// At least one, in the files' order; at most `Configuration.diagnosticsLimit`.
  public let diagnostics: [Diagnostic]
  /// Whether there were more.
  public let isCut: Bool

  public init(diagnostics: [Diagnostic], isCut: Bool = false) {
    (self.diagnostics, self.isCut) = (diagnostics, isCut)
  }

  /// One line for each diagnostic.
  public var description: String {
    diagnostics.map(\.description).joined(separator: "\n") + (isCut ? "\nand more of the kind" : "")
  }
}
