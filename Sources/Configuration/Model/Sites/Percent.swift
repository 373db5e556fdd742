/// A share of a whole, exact to a ten-thousandth of a percent.
public struct Percent: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// 0 to 1,000,000: 99.9 % is 999,000.
  public let millionths: Int

  public init(millionths: Int) { self.millionths = max(0, min(millionths, 1_000_000)) }

  /// 0 to 1.
  public var fraction: Double { Double(millionths) / 1_000_000 }
  /// 0 to 100.
  public var percent: Double { Double(millionths) / 10_000 }

  public static func < (left: Percent, right: Percent) -> Bool { left.millionths < right.millionths }

  /// `99.9`, without the sign.
  public var description: String {
    let (whole, rest) = millionths.quotientAndRemainder(dividingBy: 10_000)
    guard rest != 0 else { return "\(whole)" }
    var digits = String(10_000 + rest).dropFirst()
    while digits.last == "0" { digits.removeLast() }
    return "\(whole).\(digits)"
  }
}
