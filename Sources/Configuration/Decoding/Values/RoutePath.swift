/// The path of a route in the form that `Target` matches: unreserved octets decoded, hex digits upper-case
/// (RFC 3986 §6.2.2).
enum RoutePath {
  /// Octets.
  static let limit = 1_024

  /// `nil` for what no request that is let in can have: no leading `/`, a bad `%`, an octet that must be encoded, a
  /// segment `.` or `..`.
  static func normalise(_ path: String) -> String? {
    let octets = Array(path.utf8)
    guard octets.first == UInt8(ascii: "/"), octets.count <= limit else { return nil }
    var normal: [UInt8] = []
    var position = 0
    while position < octets.count {
      let octet = octets[position]
      position += 1
      guard octet == UInt8(ascii: "%") else {
        guard (0x21...0x7E).contains(octet), !Array("?#\\".utf8).contains(octet) else { return nil }
        normal.append(octet)
        continue
      }
      guard position + 2 <= octets.count else { return nil }
      guard let high = hexDigit(octets[position]), let low = hexDigit(octets[position + 1]) else { return nil }
      position += 2
      let decoded = high << 4 | low
      guard decoded != 0 else { return nil }
      if isUnreserved(decoded) {
        normal.append(decoded)
      } else {
        normal += [octet, upper(high), upper(low)]
      }
    }
    let text = String(decoding: normal, as: UTF8.self)
    return hasDotSegment(text) ? nil : text
  }

  /// A missing `/` at the start is what people forget.
  static func suggestion(for word: String) -> String? { word.hasPrefix("/") ? nil : normalise("/" + word) }

  /// Also between encoded separators, and before parameters.
  private static func hasDotSegment(_ path: String) -> Bool {
    path.replacing("%2F", with: "/").replacing("%5C", with: "/").split(separator: "/").contains { segment in
      let name = segment.prefix { $0 != ";" }
      return name == "." || name == ".."
    }
  }

  /// RFC 3986 §2.3.
  private static func isUnreserved(_ octet: UInt8) -> Bool {
    switch octet {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
    case UInt8(ascii: "0")...UInt8(ascii: "9"): true
    case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"): true
    default: false
    }
  }

  private static func hexDigit(_ octet: UInt8) -> UInt8? {
    switch octet {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): octet - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): octet - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): octet - UInt8(ascii: "A") + 10
    default: nil
    }
  }

  private static func upper(_ digit: UInt8) -> UInt8 {
    digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "A") + digit - 10
  }
}

extension ValueType where Value == String {
  static var routePath: ValueType {
    .scalar(
      "an absolute path such as `/search`, percent-encoded, without query and dot segments",
      .text(pattern: "^/[!-~]*$"), suggest: RoutePath.suggestion
    ) { RoutePath.normalise($0) }
  }
}
