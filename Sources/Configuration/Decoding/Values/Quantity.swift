/// Numbers with units, as people write them. Nothing here overflows: what is too large is `nil`.
enum Quantity {
  /// Digits alone, without sign, at most 18.
  static func wholeNumber(_ word: String) -> Int? {
    guard (1...18).contains(word.utf8.count) else { return nil }
    var number = 0
    for octet in word.utf8 {
      guard octet >= UInt8(ascii: "0"), octet <= UInt8(ascii: "9") else { return nil }
      number = number * 10 + Int(octet - UInt8(ascii: "0"))
    }
    return number
  }

  static func boolean(_ word: String) -> Bool? {
    switch word {
    case "true", "on", "yes": true
    case "false", "off", "no": false
    default: nil
    }
  }

  private static let sizeUnits = [("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)]
  /// In milliseconds.
  private static let timeUnits = [("ms", 1), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000)]

  static func octets(_ word: String) -> Int? {
    for (unit, factor) in sizeUnits where word.hasSuffix(unit) {
      return product(word.dropLast(unit.count), factor)
    }
    return wholeNumber(word)
  }

  static func duration(_ word: String) -> Duration? {
    for (unit, factor) in timeUnits where word.hasSuffix(unit) {
      return product(word.dropLast(unit.count), factor).map { .milliseconds($0) }
    }
    return nil
  }

  /// At most four decimals and 100 %.
  static func percent(_ word: String) -> Percent? {
    let number = word.hasSuffix("%") ? word.dropLast() : word[...]
    let parts = number.split(separator: ".", omittingEmptySubsequences: false)
    guard let whole = parts.first.flatMap({ wholeNumber(String($0)) }), whole <= 100, parts.count <= 2 else {
      return nil
    }
    var millionths = whole * 10_000
    if parts.count == 2 {
      guard (1...4).contains(parts[1].utf8.count) else { return nil }
      let digits = String(parts[1]) + String(repeating: "0", count: 4 - parts[1].utf8.count)
      guard let decimals = wholeNumber(digits) else { return nil }
      millionths += decimals
    }
    return millionths <= 1_000_000 ? Percent(millionths: millionths) : nil
  }

  /// In the largest unit that divides it.
  static func text(octets: Int) -> String {
    for (unit, factor) in sizeUnits where octets >= factor && octets % factor == 0 {
      return "\(octets / factor)\(unit)"
    }
    return "\(octets)"
  }

  /// In the largest unit that divides it, days excepted above one.
  static func text(_ duration: Duration) -> String {
    let (seconds, attoseconds) = duration.components
    guard attoseconds == 0 else { return "\(seconds * 1_000 + attoseconds / 1_000_000_000_000_000)ms" }
    for (unit, factor) in [("d", Int64(86_400)), ("h", 3_600), ("m", 60)]
    where seconds >= factor && seconds % factor == 0 {
      return "\(seconds / factor)\(unit)"
    }
    return "\(seconds)s"
  }

  /// `64K`, `64KB`, `64kb` and `64 KiB` all mean `64KiB`.
  static func sizeSuggestion(_ word: String) -> String? {
    let digits = word.prefix { $0.isASCII && $0.isNumber }
    guard !digits.isEmpty else { return nil }
    let unit = word.dropFirst(digits.count).filter { $0 != " " }.lowercased()
    for (name, _) in sizeUnits where ["", "b", "ib"].contains(where: { unit == name.prefix(1).lowercased() + $0 }) {
      return word == "\(digits)\(name)" ? nil : "\(digits)\(name)"
    }
    return nil
  }

  /// `30`, `30 s` and `30sec` mean `30s`.
  static func durationSuggestion(_ word: String) -> String? {
    let digits = word.prefix { $0.isASCII && $0.isNumber }
    guard !digits.isEmpty, digits.count <= 9 else { return nil }
    switch word.dropFirst(digits.count).filter({ $0 != " " }).lowercased() {
    case "", "s", "sec", "secs", "second", "seconds": return word == "\(digits)s" ? nil : "\(digits)s"
    case "ms", "msec", "millis", "milliseconds": return word == "\(digits)ms" ? nil : "\(digits)ms"
    case "min", "mins", "minute", "minutes": return "\(digits)m"
    case "hr", "hour", "hours": return "\(digits)h"
    case "day", "days": return "\(digits)d"
    default: return nil
    }
  }

  private static func product(_ digits: Substring, _ factor: Int) -> Int? {
    guard let number = wholeNumber(String(digits)) else { return nil }
    let (product, overflow) = number.multipliedReportingOverflow(by: factor)
    return overflow ? nil : product
  }
}
