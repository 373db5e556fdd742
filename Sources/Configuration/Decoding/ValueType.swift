/// What the value of a key may be: how it is decoded, how the schema says it, and how a default is written.
struct ValueType<Value: Sendable>: Sendable {
  let schema: Schema
  /// `nil` where it complained.
  let decode: @Sendable (Node, inout Decoder) -> Value?
  /// A value as JSON text, for the default in the schema.
  let text: @Sendable (Value) -> String?

  init(
    _ schema: Schema, text: @escaping @Sendable (Value) -> String? = { _ in nil },
    decode: @escaping @Sendable (Node, inout Decoder) -> Value?
  ) {
    (self.schema, self.text, self.decode) = (schema, text, decode)
  }

  /// A scalar that `parse` understands.
  ///
  /// - what: completes "expected …".
  static func scalar(
    _ what: String, _ schema: Schema, text: @escaping @Sendable (Value) -> String? = { _ in nil },
    suggest: @escaping @Sendable (String) -> String? = { _ in nil },
    parse: @escaping @Sendable (String) -> Value?
  ) -> ValueType {
    ValueType(schema, text: text) { node, decoder in
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
    return ValueType(.integer(range), text: { "\($0)" }) { node, decoder in
      guard case .scalar(let word, isPlain: true) = node.content, let number = Quantity.wholeNumber(word),
        range.contains(number)
      else {
        decoder.expected(what, node)
        return nil
      }
      return number
    }
  }

  /// Octets: `64KiB`, `512MiB`, `1GiB` or a whole number.
  static func size(_ range: ClosedRange<Int>) -> ValueType {
    .scalar(
      "a size from \(Quantity.text(octets: range.lowerBound)) to \(Quantity.text(octets: range.upperBound)) such as `64KiB`",
      .anyOf([.integer(range), .text(pattern: "^[0-9]+(KiB|MiB|GiB)$")]),
      text: { Schema.text(Quantity.text(octets: $0)) }, suggest: Quantity.sizeSuggestion
    ) { word in Quantity.octets(word).flatMap { range.contains($0) ? $0 : nil } }
  }
}

extension ValueType where Value == Duration {
  /// `300ms`, `2s`, `5m`, `1h` or `1d`.
  static func duration(_ range: ClosedRange<Duration>) -> ValueType {
    .scalar(
      "a duration from \(Quantity.text(range.lowerBound)) to \(Quantity.text(range.upperBound)) such as `2s`",
      .text(pattern: "^[0-9]+(ms|s|m|h|d)$"), text: { Schema.text(Quantity.text($0)) },
      suggest: Quantity.durationSuggestion
    ) { word in Quantity.duration(word).flatMap { range.contains($0) ? $0 : nil } }
  }
}

extension ValueType where Value == Percent {
  /// `99.9%`, the sign may be missing; four decimals at most.
  static func percent(_ range: ClosedRange<Percent>) -> ValueType {
    .scalar(
      "a percentage from \(range.lowerBound) to \(range.upperBound) such as `99.9%`",
      .anyOf([.text(pattern: "^[0-9]+(\\.[0-9]{1,4})?%$"), .number]), text: { "\($0)" }
    ) { word in Quantity.percent(word).flatMap { range.contains($0) ? $0 : nil } }
  }
}

extension ValueType where Value == Bool {
  static var boolean: ValueType {
    ValueType(.boolean, text: { "\($0)" }) { node, decoder in
      guard case .scalar(let word, isPlain: true) = node.content, let value = Quantity.boolean(word) else {
        decoder.expected("true or false", node)
        return nil
      }
      return value
    }
  }
}

extension ValueType where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
  /// One word of an enum.
  static var choice: ValueType {
    let words = Value.allCases.map(\.rawValue)
    return .scalar(
      words.count == 1 ? "`\(words[0])`" : "one of \(words.joined(separator: ", "))", .choice(words),
      text: { Schema.text($0.rawValue) }, suggest: { Suggestion.closest(to: $0, among: words) }
    ) { Value(rawValue: $0) }
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
  static func named<Item: Section>(_ member: WritableKeyPath<Item, String> & Sendable, _ kind: Decoder.Kind) -> ValueType
  where Value == [Item] {
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
