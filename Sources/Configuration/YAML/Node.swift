/// Where something stands in the files that were read.
struct Place: Hashable, Comparable, Sendable {
  /// An index into `Decoder.files`.
  let file: Int
  /// From 1.
  let line: Int
  /// From 1, in characters.
  let column: Int

  static func < (left: Place, right: Place) -> Bool {
    (left.file, left.line, left.column) < (right.file, right.line, right.column)
  }
}

/// A value of the YAML file and where it begins. As deep as `YAMLLimits.depth` at most, so recursion over it is
/// bounded.
struct Node: Sendable {
  enum Content: Sendable {
    /// - isPlain: written without quotes, so that it may be a number, a boolean or nothing.
    case scalar(String, isPlain: Bool)
    case list([Node])
    case mapping([Entry])
    /// Something that was already complained about, such as an alias: nobody complains again.
    case refused
  }

  struct Entry: Sendable {
    let key: String
    let place: Place
    let value: Node
  }

  let place: Place
  let content: Content

  /// The value of a key of a mapping.
  subscript(key: String) -> Node? {
    guard case .mapping(let entries) = content else { return nil }
    return entries.first { $0.key == key }?.value
  }

  /// The items of a list that are mappings; the node itself where it is one.
  var mappings: [Node] {
    switch content {
    case .list(let items): items.filter(\.isMapping)
    case .mapping: [self]
    case .scalar, .refused: []
    }
  }

  var isMapping: Bool {
    switch content {
    case .mapping: true
    case .scalar(let text, let isPlain): isPlain && text.isEmpty
    case .list, .refused: false
    }
  }

  /// Whether it is what YAML 1.1 calls null.
  var isNothing: Bool {
    guard case .scalar(let text, isPlain: true) = content else { return false }
    return ["", "~", "null"].contains(text)
  }

  /// Whether it is text that only quotes keep from being a number or a boolean.
  var isQuoted: Bool {
    guard case .scalar(_, isPlain: false) = content else { return false }
    return true
  }

  /// For messages: what was found instead.
  var found: String {
    switch content {
    case .scalar where isNothing: "nothing"
    case .scalar(let text, _): quoted(text)
    case .list: "a list"
    case .mapping: "a mapping"
    case .refused: "something refused"
    }
  }
}

/// Text from outside between backquotes, cut to 60 characters, with what could steer a terminal escaped.
func quoted(_ text: String) -> String {
  let head = text.unicodeScalars.prefix(60)
  return "`" + escaped(String(head)) + (head.endIndex < text.endIndex ? "…`" : "`")
}

/// Text from outside with what could steer a terminal escaped.
func escaped(_ text: String) -> String {
  var escaped = ""
  for scalar in text.unicodeScalars {
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator:
      escaped += "\\u{" + String(scalar.value, radix: 16) + "}"
    default: escaped.unicodeScalars.append(scalar)
    }
  }
  return escaped
}
