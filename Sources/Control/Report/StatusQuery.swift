import Bytes
import Configuration
import Time

/// What `/status` is asked for: `since=60s&route=NAME`.
struct StatusQuery: Equatable {
  /// How far back a report reaches.
  static let furthest = Duration.seconds(600)

  /// How far back.
  var since = Nanoseconds.seconds(60)
  /// A route's name, alone or as `site/route`; `nil` is every route.
  var route: String?

  init() {}

  /// - Parameter text: the query as sent, without the `?`; may be empty.
  init(_ text: String) throws(StatusQueryError) {
    for part in text.utf8.split(separator: UInt8(ascii: "&")) {
      let end = part.firstIndex(of: UInt8(ascii: "=")) ?? part.endIndex
      let key = String(decoding: part[..<end], as: UTF8.self)
      let value = Self.decoded(Array(part[end...].dropFirst()))
      switch key {
      case "since":
        guard let span = Duration(configured: value), span > .zero, span <= Self.furthest else { throw .span(value) }
        since = Nanoseconds(span)
      case "route": route = value
      default: throw .unknown(key)
      }
    }
  }

  /// With `%2F` for the slash and so on; a bad escape stays as it is.
  private static func decoded(_ octets: [UInt8]) -> String {
    var text: [UInt8] = []
    var position = 0
    while position < octets.count {
      if octets[position] == .percent, position + 2 < octets.count, let high = octets[position + 1].hexDigitValue,
        let low = octets[position + 2].hexDigitValue
      {
        text.append(UInt8(truncatingIfNeeded: high << 4 | low))
        position += 3
      } else {
        text.append(octets[position])
        position += 1
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Whether the query is for this route.
  func includes(site: String, route name: String) -> Bool {
    guard let route else { return true }
    return route == name || route == "\(site)/\(name)"
  }
}

/// Why a query can't be answered.
enum StatusQueryError: Error, Equatable, CustomStringConvertible {
  case span(String)
  case unknown(String)

  var description: String {
    switch self {
    case .span(let word): "`since` is a duration such as 60s or 5m, up to 10m, not `\(word)`"
    case .unknown(let key): "there is no parameter `\(key)`; there are `since` and `route`"
    }
  }
}
