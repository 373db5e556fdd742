/// One thing that is wrong with a configuration, and where.
public struct Diagnostic: Equatable, Sendable, CustomStringConvertible {
  /// As it was given to `load`, or as an `include` leads to it.
  public var file: String
  /// From 1; 0 where the file as a whole is meant (it cannot be read).
  public var line: Int
  /// From 1, in characters; 0 with line 0.
  public var column: Int
  /// What is wrong; octets of the file in it are escaped for a terminal.
  public var message: String
  /// What was probably meant.
  public var suggestion: String?

  public init(file: String, line: Int, column: Int, message: String, suggestion: String? = nil) {
    (self.file, self.line, self.column) = (file, line, column)
    (self.message, self.suggestion) = (message, suggestion)
  }

  /// ``unknown key `helth` at Config/yett.yaml:31:5; did you mean `health`?``
  public var description: String {
    let place = line > 0 ? "\(file):\(line):\(column)" : file
    return "\(message) at \(place)" + (suggestion.map { "; did you mean `\($0)`?" } ?? "")
  }
}
