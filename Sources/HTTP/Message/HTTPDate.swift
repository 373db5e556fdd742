import Bytes
import Time

/// The dates of RFC 9110 §5.6.7 as they are read: the format that is sent, and the two that are obsolete.
public enum HTTPDate {
  /// - Parameters:
  ///   - octets: a field's value, without white space around it.
  ///   - now: decides the century of a year of two digits: what would lie over 50 years ahead is past.
  /// - Returns: `nil` for what is no date. The weekday must be one, but need not be that day's. A date that `WallTime`
  ///   cannot hold is its nearest: 1677 or 2262.
  public static func parse(_ octets: Span<UInt8>, now: WallTime) -> WallTime? {
    guard let comma = octets.firstIndex(of: .comma) else { return asctime(octets) }
    guard comma + 2 <= octets.count, octets[comma + 1] == .space else { return nil }
    let rest = octets.extracting((comma + 2)..<octets.count)
    let weekday = octets.extracting(0..<comma)
    return comma == 3 ? fixdate(weekday, rest) : rfc850(weekday, rest, now: now)
  }

  /// `Sun, 06 Nov 1994 08:49:37 GMT`
  private static func fixdate(_ weekday: Span<UInt8>, _ rest: Span<UInt8>) -> WallTime? {
    guard isShortWeekday(weekday), rest.count == 24, rest[2] == .space, rest[6] == .space, rest[11] == .space,
      isGMT(rest.extracting(20..<24)), let day = number(rest, 0..<2), let month = month(rest, at: 3),
      let year = number(rest, 7..<11)
    else { return nil }
    return time(year, month, day, rest.extracting(12..<20))
  }

  /// `Sunday, 06-Nov-94 08:49:37 GMT`
  private static func rfc850(_ weekday: Span<UInt8>, _ rest: Span<UInt8>, now: WallTime) -> WallTime? {
    let dash = UInt8(ascii: "-")
    guard isLongWeekday(weekday), rest.count == 22, rest[2] == dash, rest[6] == dash, rest[9] == .space,
      isGMT(rest.extracting(18..<22)), let day = number(rest, 0..<2), let month = month(rest, at: 3),
      let short = number(rest, 7..<9)
    else { return nil }
    let today = CivilDate(now)
    // The latest year with these digits that is not more than 50 years ahead.
    let last = today.year + 50
    let year = last - ((last - short) % 100 + 100) % 100
    let clock = rest.extracting(10..<18)
    guard let found = time(year, month, day, clock) else { return nil }
    guard year == last, found > ahead(of: today) else { return found }
    return time(year - 100, month, day, clock)
  }

  /// `Sun Nov  6 08:49:37 1994`
  private static func asctime(_ octets: Span<UInt8>) -> WallTime? {
    guard octets.count == 24, isShortWeekday(octets.extracting(0..<3)), octets[3] == .space, octets[7] == .space,
      octets[10] == .space, octets[19] == .space, let month = month(octets, at: 4),
      let day = octets[8] == .space ? number(octets, 9..<10) : number(octets, 8..<10),
      let year = number(octets, 20..<24)
    else { return nil }
    return time(year, month, day, octets.extracting(11..<19))
  }

  /// Fifty years on, to the second.
  private static func ahead(of date: CivilDate) -> WallTime {
    CivilDate(
      year: date.year + 50, month: date.month, day: date.day, hour: date.hour, minute: date.minute,
      second: date.second
    ).wallTime
  }

  /// `clock` is `08:49:37`; a second of 60 is a leap second.
  private static func time(_ year: Int, _ month: Int, _ day: Int, _ clock: Span<UInt8>) -> WallTime? {
    guard clock.count == 8, clock[2] == .colon, clock[5] == .colon, let hour = number(clock, 0..<2),
      let minute = number(clock, 3..<5), let second = number(clock, 6..<8), hour <= 23, minute <= 59, second <= 60,
      day >= 1, day <= daysOf(month, year)
    else { return nil }
    return CivilDate(year: year, month: month, day: day, hour: hour, minute: minute, second: second).wallTime
  }

  private static func daysOf(_ month: Int, _ year: Int) -> Int {
    switch month {
    case 4, 6, 9, 11: 30
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    default: 31
    }
  }

  /// Digits alone.
  private static func number(_ octets: Span<UInt8>, _ range: Range<Int>) -> Int? {
    var number = 0
    for index in range {
      guard index < octets.count, octets[index].isDigit else { return nil }
      number = number * 10 + Int(octets[index] &- 0x30)
    }
    return number
  }

  /// 1 to 12. Case-sensitive, as the grammar has it.
  private static func month(_ octets: Span<UInt8>, at position: Int) -> Int? {
    index(of: octets.extracting(position..<position + 3), in: "JanFebMarAprMayJunJulAugSepOctNovDec").map { $0 + 1 }
  }

  private static func isShortWeekday(_ octets: Span<UInt8>) -> Bool {
    octets.count == 3 && index(of: octets, in: "MonTueWedThuFriSatSun") != nil
  }

  private static func isLongWeekday(_ octets: Span<UInt8>) -> Bool {
    octets.equals("Monday") || octets.equals("Tuesday") || octets.equals("Wednesday") || octets.equals("Thursday")
      || octets.equals("Friday") || octets.equals("Saturday") || octets.equals("Sunday")
  }

  private static func isGMT(_ octets: Span<UInt8>) -> Bool { octets.equals(" GMT") }

  /// Which of names of three letters `octets` (three of them) are.
  private static func index(of octets: Span<UInt8>, in names: String) -> Int? {
    var (place, matched) = (0, 0)
    for letter in names.utf8 {
      if octets[place % 3] == letter { matched += 1 }
      place += 1
      if place % 3 == 0 {
        if matched == 3 { return place / 3 - 1 }
        matched = 0
      }
    }
    return nil
  }
}
