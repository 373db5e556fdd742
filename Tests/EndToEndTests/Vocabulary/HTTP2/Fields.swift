/// The fields of a head in their order, pseudo-header fields among them; nothing is checked.
struct Fields: Sendable, ExpressibleByDictionaryLiteral, CustomStringConvertible {
  var pairs: [(name: String, value: String)]

  init(_ pairs: [(name: String, value: String)]) { self.pairs = pairs }
  init(dictionaryLiteral elements: (String, String)...) { pairs = elements.map { ($0.0, $0.1) } }

  var description: String { pairs.map { "\($0.name): \($0.value)" }.joined(separator: ", ") }

  static func + (left: Fields, right: Fields) -> Fields { Fields(left.pairs + right.pairs) }

  subscript(_ name: String) -> String? { pairs.first { $0.name == name }?.value }

  /// With another value of the field that is there.
  func with(_ name: String, _ value: String) -> Fields { Fields(pairs.map { $0.name == name ? (name, value) : $0 }) }

  func without(_ name: String) -> Fields { Fields(pairs.filter { $0.name != name }) }

  /// So many fields of about so many octets each, which nobody knows.
  static func filler(_ count: Int, octets: Int = 4_000) -> Fields {
    Fields((0..<count).map { ("x-filler-\($0)", String(repeating: "f", count: octets)) })
  }

  /// As a head of HTTP/1.1 would have them.
  var head: Head {
    let lines = pairs.filter { !$0.name.hasPrefix(":") }.map { "\($0.name): \($0.value)\r\n" }.joined()
    return Head(text: "HTTP/2 \(self[":status"] ?? "")\r\n\(lines)\r\n")
  }
}
