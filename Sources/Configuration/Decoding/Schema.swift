/// What a value may be, as JSON Schema (draft 2020-12) says it.
indirect enum Schema: Sendable {
  struct Property: Sendable {
    let name: String
    let schema: Schema
    let documentation: String
    let isRequired: Bool
    /// JSON text.
    let defaultText: String?
  }

  case integer(ClosedRange<Int>)
  case number
  case boolean
  case choice([String])
  /// - pattern: a regular expression; `nil` is any text.
  case text(pattern: String?)
  case list(Schema, atLeast: Int)
  /// A mapping whose keys are names.
  case named(Schema)
  case object([Property])
  case anyOf([Schema])

  static func section<T: Section>(_ type: T.Type) -> Schema {
    let defaults = T.defaults
    return .object(
      T.keys.map {
        Property(
          name: $0.name, schema: $0.schema, documentation: $0.documentation, isRequired: $0.isRequired,
          defaultText: $0.defaultText(defaults))
      })
  }

  /// The members of a JSON object that says this, without its braces.
  var members: [(name: String, value: String)] {
    switch self {
    case .integer(let range):
      [("type", "\"integer\""), ("minimum", "\(range.lowerBound)"), ("maximum", "\(range.upperBound)")]
    case .number: [("type", "\"number\"")]
    case .boolean: [("type", "\"boolean\"")]
    case .choice(let words): [("enum", Self.array(words.map(Self.text)))]
    case .text(let pattern): [("type", "\"string\"")] + (pattern.map { [("pattern", Self.text($0))] } ?? [])
    case .list(let item, let least):
      [("type", "\"array\""), ("items", item.json)] + (least > 0 ? [("minItems", "\(least)")] : [])
    case .named(let value):
      [
        ("type", "\"object\""), ("propertyNames", Schema.text(pattern: NameRule.pattern).json),
        ("additionalProperties", value.json),
      ]
    case .object(let properties): Self.members(of: properties)
    case .anyOf(let schemas): [("anyOf", Self.array(schemas.map(\.json)))]
    }
  }

  var json: String { Self.object(members) }

  private static func members(of properties: [Property]) -> [(name: String, value: String)] {
    var members = [("type", "\"object\""), ("additionalProperties", "false")]
    let required = properties.filter(\.isRequired).map { text($0.name) }
    if !required.isEmpty { members.append(("required", array(required))) }
    let described = properties.map { property in
      var members = [("description", text(property.documentation))] + property.schema.members
      if let value = property.defaultText { members.append(("default", value)) }
      return (property.name, object(members))
    }
    members.append(("properties", object(described)))
    return members
  }

  private static func array(_ items: [String]) -> String { "[" + items.joined(separator: ", ") + "]" }

  private static func object(_ members: [(name: String, value: String)]) -> String {
    "{" + members.map { "\(text($0.name)): \($0.value)" }.joined(separator: ", ") + "}"
  }

  /// A JSON string (RFC 8259 §7).
  static func text(_ string: String) -> String {
    var json = "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": json += "\\\""
      case "\\": json += "\\\\"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        json += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: json.unicodeScalars.append(scalar)
      }
    }
    return json + "\""
  }
}
