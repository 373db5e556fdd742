/// What the value of a key may be: how it is decoded, how the schema says it, and how a default is written.
struct ValueType<Value: Sendable>: Sendable {
  let schema: Schema
  /// `nil` where it complained.
  let decode: @Sendable (Node, inout Decoder) -> Value?
  /// A value as JSON text, for the default in the schema.
  private(set) var text: @Sendable (Value) -> String? = { _ in nil }

  init(_ schema: Schema, decode: @escaping @Sendable (Node, inout Decoder) -> Value?) {
    (self.schema, self.decode) = (schema, decode)
  }

  /// The type with a way to write its values as JSON text.
  func written(_ text: @escaping @Sendable (Value) -> String?) -> ValueType {
    var type = self
    type.text = text
    return type
  }

  /// A scalar that `parse` understands.
  ///
  /// - what: completes "expected …".
  static func scalar(
    _ what: String, _ schema: Schema, suggest: @escaping @Sendable (String) -> String? = { _ in nil },
    parse: @escaping @Sendable (String) -> Value?
  ) -> ValueType {
    ValueType(schema) { node, decoder in
      guard case .scalar(let word, _) = node.content, !node.isNothing else {
        decoder.expected(what, node)
        return nil
      }
      if let value = parse(word) { return value }
      decoder.expected(what, node, suggestion: suggest(word))
      return nil
    }
  }
}

extension ValueType where Value == Int {
  static func integer(_ range: ClosedRange<Int>) -> ValueType {
    let what = "a whole number from \(range.lowerBound) to \(range.upperBound)"
    return ValueType(.integer(range)) { node, decoder in
      guard case .scalar(let word, isPlain: true) = node.content, let number = Quantity.wholeNumber(word),
        range.contains(number)
      else {
        decoder.expected(node.isQuoted ? "\(what) without quotes" : what, node)
        return nil
      }
      return number
    }.written { "\($0)" }
  }

  /// Octets: `64KiB`, `512MiB`, `1GiB`, `1TiB` or a whole number.
  static func size(_ range: ClosedRange<Int>) -> ValueType {
    let (least, most) = (Quantity.text(octets: range.lowerBound), Quantity.text(octets: range.upperBound))
    return .scalar(
      "a size from \(least) to \(most) such as `64KiB`",
      .anyOf([.integer(range), .text(pattern: "^[0-9]+(KiB|MiB|GiB|TiB)$")]), suggest: Quantity.sizeSuggestion
    ) { word in Quantity.octets(word).flatMap { range.contains($0) ? $0 : nil } }
    .written { Schema.text(Quantity.text(octets: $0)) }
  }
}

extension ValueType where Value == Duration {
  /// `300ms`, `2s`, `5m`, `1h` or `1d`.
  static func duration(_ range: ClosedRange<Duration>) -> ValueType {
    .scalar(
      "a duration from \(Quantity.text(range.lowerBound)) to \(Quantity.text(range.upperBound)) such as `2s`",
      .text(pattern: "^[0-9]+(ms|s|m|h|d)$"), suggest: Quantity.durationSuggestion
    ) { word in Quantity.duration(word).flatMap { range.contains($0) ? $0 : nil } }
    .written { Schema.text(Quantity.text($0)) }
  }
}

extension ValueType where Value == Percent {
  /// `99.9%`, the sign may be missing; four decimals at most.
  static func percent(_ range: ClosedRange<Percent>) -> ValueType {
    .scalar(
      "a percentage from \(range.lowerBound) to \(range.upperBound) such as `99.9%`",
      .anyOf([.text(pattern: "^[0-9]+(\\.[0-9]{1,4})?%$"), .number])
    ) { word in Quantity.percent(word).flatMap { range.contains($0) ? $0 : nil } }
    .written { "\($0)" }
  }
}

extension ValueType where Value == Bool {
  static var boolean: ValueType {
    ValueType(.boolean) { node, decoder in
      guard case .scalar(let word, isPlain: true) = node.content, let value = Quantity.boolean(word) else {
        decoder.expected(node.isQuoted ? "true or false without quotes" : "true or false", node)
        return nil
      }
      return value
    }.written { "\($0)" }
  }
}

extension ValueType where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
  /// One word of an enum.
  static var choice: ValueType {
    let words = Value.allCases.map(\.rawValue)
    return .scalar(
      words.count == 1 ? "`\(words[0])`" : "one of \(words.joined(separator: ", "))", .choice(words),
      suggest: Suggestion.among(words)
    ) { Value(rawValue: $0) }
    .written { Schema.text($0.rawValue) }
  }
}

extension ValueType where Value: Section {
  static var section: ValueType {
    ValueType(.section(Value.self)) { node, decoder in Value.decode(node, &decoder) }
  }
}

extension ValueType {
  /// A list; what is wrong with one item does not hide what is wrong with the next.
  static func list<Item: Sendable>(of type: ValueType<Item>, atLeast least: Int = 0, atMost most: Int) -> ValueType
  where Value == [Item] {
    ValueType(.list(type.schema, atLeast: least)) { node, decoder in
      guard case .list(let items) = node.content else {
        decoder.expected("a list", node)
        return nil
      }
      if items.count < least { decoder.note("expected \(least) or more items in the list, got none", at: node.place) }
      if items.count > most {
        decoder.note("expected at most \(most) items in the list, got \(items.count)", at: node.place)
        return nil
      }
      return items.compactMap { type.decode($0, &decoder) }
    }
  }

  /// A mapping from names to sections, in the file's order.
  static func named<Item: Section>(_ member: WritableKeyPath<Item, String> & Sendable, _ kind: Decoder.Kind)
    -> ValueType where Value == [Item]
  {
    ValueType(.named(.section(Item.self))) { node, decoder in
      guard node.isMapping else {
        decoder.expected("a mapping from names to \(kind.noun)s", node)
        return nil
      }
      guard case .mapping(let entries) = node.content else { return [] }
      return entries.compactMap { entry in
        if NameRule.allows(entry.key) {
          decoder.define(kind, entry.key, at: entry.place)
        } else {
          decoder.note("expected \(NameRule.words), got \(quoted(entry.key))", at: entry.place)
        }
        var blank = Item.defaults
        blank[keyPath: member] = entry.key
        return Item.decode(entry.value, from: blank, &decoder)
      }
    }
  }
}
