/// Names stand in metrics, JSON and log lines as they are, so they are made of what is safe there.
enum NameRule {
  static let pattern = "^[a-z0-9_.-]{1,64}$"
  /// Completes "expected …".
  static let words = "a name of 1 to 64 characters from a-z, 0-9, `_`, `.` and `-`"

  static func allows(_ name: String) -> Bool {
    (1...64).contains(name.utf8.count)
      && name.utf8.allSatisfy { octet in
        switch octet {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-"): true
        default: false
        }
      }
  }

  /// The nearest name to a word that is none.
  static func suggestion(for word: String) -> String? {
    let name = word.lowercased().replacing(" ", with: "-")
    return name != word && allows(name) ? name : nil
  }
}

extension ValueType where Value == String {
  /// A name that others refer to, or that only one of a kind may have.
  static func name(of kind: Decoder.Kind) -> ValueType {
    ValueType(.text(pattern: NameRule.pattern)) { node, decoder in
      guard case .scalar(let name, _) = node.content, NameRule.allows(name) else {
        if case .scalar(let word, _) = node.content {
          decoder.expected(NameRule.words, node, suggestion: NameRule.suggestion(for: word))
        } else {
          decoder.expected(NameRule.words, node)
        }
        return nil
      }
      decoder.define(kind, name, at: node.place)
      return name
    }
  }

  /// The name of something that is defined anywhere in the files.
  static func reference(to kind: Decoder.Kind) -> ValueType {
    ValueType(.text(pattern: NameRule.pattern)) { node, decoder in
      guard case .scalar(let name, _) = node.content, !node.isNothing else {
        decoder.expected("the name of a \(kind.noun)", node)
        return nil
      }
      decoder.refer(to: kind, name, at: node.place)
      return name
    }
  }

  /// Visible text of 1 to `limit` octets without controls.
  static func text(_ what: String, atMost limit: Int, allows: @escaping @Sendable (String) -> Bool = { _ in true })
    -> ValueType
  {
    .scalar(what, .text(pattern: nil)) { word in
      (1...limit).contains(word.utf8.count) && !word.unicodeScalars.contains(where: \.isControl) && allows(word)
        ? word : nil
    }.written { Schema.text($0) }
  }

  /// A file's path; what is relative is joined to the directory of the file that names it.
  ///
  /// - limit: octets of the joined path.
  static func path(_ what: String, atMost limit: Int = 4_095) -> ValueType {
    ValueType(.text(pattern: nil)) { node, decoder in
      guard case .scalar(let path, _) = node.content, !node.isNothing, !path.isEmpty,
        !path.unicodeScalars.contains(where: \.isControl)
      else {
        decoder.expected(what, node)
        return nil
      }
      let resolved = decoder.resolve(path, at: node.place)
      guard resolved.utf8.count <= limit else {
        decoder.note("expected \(what) of at most \(limit) octets, got \(resolved.utf8.count)", at: node.place)
        return nil
      }
      return resolved
    }
  }
}

extension Unicode.Scalar {
  /// C0, DEL and C1.
  var isControl: Bool { value < 0x20 || (0x7F...0x9F).contains(value) }
}

extension String {
  /// Octets 0x21 to 0x7E alone.
  var isVisibleASCII: Bool { utf8.allSatisfy { (0x21...0x7E).contains($0) } }
}
