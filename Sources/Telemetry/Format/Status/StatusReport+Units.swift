import Time

/// Numbers as people read them: three digits are enough.
extension StatusReport {
  /// `85us`, `1.2ms`, `310ms`, `2.5s`; `-` for nothing.
  public static func latency(_ span: Nanoseconds?) -> String {
    guard let span else { return "-" }
    let microseconds = Double(span.count) / 1_000
    switch microseconds {
    case ..<999.5: return "\(decimal(microseconds, places: 0))us"
    case ..<9_950: return "\(decimal(microseconds / 1_000, places: 1))ms"
    case ..<999_500: return "\(decimal(microseconds / 1_000, places: 0))ms"
    default: return "\(decimal(microseconds / 1_000_000, places: 1))s"
    }
  }

  /// `45s`, `12m`, `3h 20m`, `9d 4h`. Not negative.
  public static func duration(_ span: Nanoseconds) -> String {
    let seconds = max(0, span.seconds)
    switch seconds {
    case ..<120: return "\(seconds)s"
    case ..<7_200: return "\(seconds / 60)m"
    case ..<172_800: return "\(seconds / 3_600)h \(seconds / 60 % 60)m"
    default: return "\(seconds / 86_400)d \(seconds / 3_600 % 24)h"
    }
  }

  /// `12.5%`; `-` for nothing. Never rounds what is not whole to 100 %.
  public static func percent(_ ratio: Double?) -> String {
    guard let ratio else { return "-" }
    if ratio < 1 && ratio >= 0.9995 { return ">99.9%" }
    if ratio > 0 && ratio < 0.0005 { return "<0.1%" }
    return "\(decimal(ratio * 100, places: 1))%"
  }

  /// `512 B`, `12.3 MiB`.
  public static func size(_ octets: UInt64) -> String {
    var (value, unit) = (Double(octets), "B")
    for next in ["KiB", "MiB", "GiB", "TiB"] where value >= 1_024 { (value, unit) = (value / 1_024, next) }
    return unit == "B" ? "\(octets) B" : "\(decimal(value, places: 1)) \(unit)"
  }

  /// With so many places after the point, 0 to 6. What does not fit in 15 digits, and what is no number, is `-`.
  static func decimal(_ value: Double, places: Int) -> String {
    var scale = 1.0
    for _ in 0..<max(0, min(places, 6)) { scale *= 10 }
    let scaled = (value * scale).rounded()
    guard scaled.magnitude < 1e15 else { return "-" }
    let whole = Int64(scaled)
    let unit = Int64(scale)
    let sign = whole < 0 ? "-" : ""
    guard unit > 1 else { return "\(whole)" }
    let fraction = "\(whole.magnitude % unit.magnitude)"
    let zeros = String(repeating: "0", count: max(0, min(places, 6) - fraction.count))
    return "\(sign)\(whole.magnitude / unit.magnitude).\(zeros)\(fraction)"
  }

  /// Up to three places, without zeros at the end.
  static func trimmed(_ value: Double) -> String {
    var text = decimal(value, places: 3)
    while text.last == "0" { text.removeLast() }
    if text.last == "." { text.removeLast() }
    return text
  }

  /// To the second, in UTC.
  static func stamp(_ time: WallTime) -> String {
    var octets: [UInt8] = []
    var writer = TimestampWriter()
    writer.append(time, to: &octets)
    return String(decoding: octets.prefix(19), as: UTF8.self) + "Z"
  }
}
