/// A head as it came over the wire: its first line, and its fields in their order.
struct Head: Sendable, CustomStringConvertible {
  /// All octets, with the empty line.
  let text: String

  var line: String { String(text.prefix { $0 != "\r\n" }) }
  var fields: [(name: String, value: String)] {
    text.split(separator: "\r\n").dropFirst().map { line in
      let colon = line.firstIndex(of: ":") ?? line.endIndex
      return (String(line[..<colon]), line[colon...].dropFirst().trimmed)
    }
  }
  var description: String { text }

  /// Every value of a field, in order; names are compared without case.
  func all(_ name: String) -> [String] {
    fields.filter { $0.name.lowercased() == name.lowercased() }.map(\.value)
  }

  /// A field's values joined as RFC 9110 §5.3 has it; `nil` without one.
  subscript(_ name: String) -> String? {
    let values = all(name)
    return values.isEmpty ? nil : values.joined(separator: ", ")
  }

  /// How the octets after it end (RFC 9112 §6.3), apart from what the method says.
  var framing: Framing {
    if let coding = self["transfer-encoding"] { return coding.lowercased() == "chunked" ? .chunked : .untilClose }
    if let length = self["content-length"] { return Int(length).map { .length($0) } ?? .untilClose }
    return .none
  }

  enum Framing {
    case none
    case length(Int)
    case chunked, untilClose
  }
}

/// A request as an origin read it.
struct Request: Sendable {
  let head: Head
  let body: [UInt8]

  var method: String { part(0) }
  /// The request's target as it came.
  var target: String { part(1) }
  var version: String { part(2) }
  var text: String { String(decoding: body, as: UTF8.self) }

  subscript(_ name: String) -> String? { head[name] }

  private func part(_ index: Int) -> String {
    let parts = head.line.split(separator: " ", omittingEmptySubsequences: false)
    return parts.indices.contains(index) ? String(parts[index]) : ""
  }
}

/// An answer as a client read it; an interim one (1xx) is an answer of its own.
struct Answer: Sendable {
  let head: Head
  let body: [UInt8]

  /// 0 where there is none.
  var status: Int { Int(head.line.split(separator: " ").dropFirst().first ?? "") ?? 0 }
  var text: String { String(decoding: body, as: UTF8.self) }

  subscript(_ name: String) -> String? { head[name] }
}

extension StringProtocol {
  var trimmed: String {
    let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
    return String(drop(while: isBlank).reversed().drop(while: isBlank).reversed())
  }
}
