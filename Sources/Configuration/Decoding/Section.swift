/// A mapping of the file with keys of its own. Everything that is known of a key stands once, in `keys`: decoder,
/// messages and JSON Schema derive from it.
protocol Section: Sendable {
  /// What it is, with its article, for messages: `a pool`.
  static var noun: String { get }
  /// All that a file may leave out.
  static var defaults: Self { get }
  static var keys: [Key<Self>] { get }
  /// What no key can say alone. Runs after all keys, also when some were wrong.
  static func check(_ section: inout Self, _ node: Node, _ decoder: inout Decoder)
}

extension Section {
  static func check(_ section: inout Self, _ node: Node, _ decoder: inout Decoder) {}

  /// `nil` only where the node is no mapping at all: with errors in its keys it still takes part in further checks.
  ///
  /// - Parameter blank: what to begin with; a named section already has its name.
  static func decode(_ node: Node, from blank: Self = defaults, _ decoder: inout Decoder) -> Self? {
    guard node.isMapping else {
      decoder.expected("\(noun) (a mapping)", node)
      return nil
    }
    var section = blank
    let keys = keys
    if case .mapping(let entries) = node.content {
      for entry in entries {
        if let key = keys.first(where: { $0.name == entry.key }) {
          key.decode(entry.value, &section, &decoder)
        } else {
          complain(about: entry, &decoder)
        }
      }
    }
    for key in keys where key.isRequired && node[key.name] == nil {
      decoder.note("missing key `\(key.name)` of \(noun)", at: node.place)
    }
    check(&section, node, &decoder)
    return section
  }

  private static func complain(about entry: Node.Entry, _ decoder: inout Decoder) {
    guard !decoder.isCut else { return }
    let names = keys.map(\.name)
    let suggestion = Suggestion.closest(to: entry.key, among: names)
    let known = suggestion == nil ? " (\(noun) has \(names.joined(separator: ", ")))" : ""
    decoder.note("unknown key \(quoted(entry.key))\(known)", at: entry.place, suggestion: suggestion)
  }
}

/// One key of a section: its name, what it may be, what it means and what it is unless the file says otherwise.
struct Key<Root: Sendable>: Sendable {
  let name: String
  let isRequired: Bool
  /// Unit, range and default are the schema's to say.
  let documentation: String
  let schema: Schema
  let decode: @Sendable (Node, inout Root, inout Decoder) -> Void
  /// The default as JSON text.
  let defaultText: @Sendable (Root) -> String?

  init<Value>(
    _ name: String, _ member: WritableKeyPath<Root, Value> & Sendable, _ type: ValueType<Value>,
    isRequired: Bool = false, _ documentation: String
  ) {
    (self.name, self.isRequired, self.documentation, schema) = (name, isRequired, documentation, type.schema)
    decode = { node, root, decoder in
      if let value = type.decode(node, &decoder) { root[keyPath: member] = value }
    }
    defaultText = { isRequired ? nil : type.text($0[keyPath: member]) }
  }

  /// For a member that is `nil` unless the file says otherwise.
  init<Value>(
    _ name: String, _ member: WritableKeyPath<Root, Value?> & Sendable, _ type: ValueType<Value>,
    _ documentation: String
  ) {
    (self.name, isRequired, self.documentation, schema) = (name, false, documentation, type.schema)
    decode = { node, root, decoder in
      if let value = type.decode(node, &decoder) { root[keyPath: member] = value }
    }
    defaultText = { _ in nil }
  }

  /// For a key that is no member of its own.
  init<Value>(
    _ name: String, _ type: ValueType<Value>, _ documentation: String,
    set: @escaping @Sendable (inout Root, Value) -> Void
  ) {
    (self.name, isRequired, self.documentation, schema) = (name, false, documentation, type.schema)
    decode = { node, root, decoder in
      if let value = type.decode(node, &decoder) { set(&root, value) }
    }
    defaultText = { _ in nil }
  }
}
