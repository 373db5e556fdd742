/// The access log: what it says of people, and where it goes.
public struct LogConfiguration: Equatable, Sendable {
  /// Default standard output.
  public var access: AccessLogDestination
  /// Whether query strings are logged; they often hold personal data. Default no.
  public var query: Bool
  /// Whether client addresses are logged whole, not as their /24 or /48. Default no.
  public var fullAddresses: Bool

  public init(access: AccessLogDestination = .standardOutput, query: Bool = false, fullAddresses: Bool = false) {
    (self.access, self.query, self.fullAddresses) = (access, query, fullAddresses)
  }
}

/// Where access log lines go.
public enum AccessLogDestination: Equatable, Sendable {
  /// `-`
  case standardOutput
  case file(path: String)
  case off
}

extension LogConfiguration: Section {
  static let noun = "the log"
  static let defaults = LogConfiguration()
  static let keys: [Key<Self>] = [
    Key("access", \.access, .accessLog, "A file for the access log, `-` for standard output, or `off`."),
    Key("query", \.query, .boolean, "Whether query strings are logged; they often hold personal data."),
    Key("full_addresses", \.fullAddresses, .boolean, "Whether client addresses are logged whole, not as /24 or /48."),
  ]
}

extension ValueType where Value == AccessLogDestination {
  fileprivate static var accessLog: ValueType {
    let path = ValueType<String>.path("a file, `-` or `off`")
    return ValueType(path.schema) { node, decoder in
      if case .scalar(let word, let isPlain) = node.content {
        if word == "-" { return .standardOutput }
        if isPlain, Quantity.boolean(word) == false { return .off }
      }
      return path.decode(node, &decoder).map { .file(path: $0) }
    }.written { $0 == .standardOutput ? Schema.text("-") : nil }
  }
}
