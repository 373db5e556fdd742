import Testing
import Time

@Suite("Spans and points of time")
struct TimeTests {
  @Test("arithmetic saturates: a time from the network never traps")
  func saturation() {
    #expect(Nanoseconds.max + .max == .max)
    #expect(Nanoseconds(.min) + Nanoseconds(-1) == Nanoseconds(.min))
    #expect(Nanoseconds(.min) - Nanoseconds(1) == Nanoseconds(.min))
    #expect(Nanoseconds.max - Nanoseconds(-1) == .max)
    #expect(Nanoseconds.seconds(.max) == .max)
    #expect(Nanoseconds.seconds(.min) == Nanoseconds(.min))
    #expect(Nanoseconds(.min) * -1 == .max)
    #expect(Nanoseconds(.seconds(Int64.max)) == .max)
    #expect(Instant.distantFuture + .seconds(1) == .distantFuture)
    #expect(Instant.never - Instant.distantFuture == Nanoseconds(.min))
  }

  @Test(
    "units",
    arguments: [(Nanoseconds.seconds(2), 2_000_000_000), (.milliseconds(3), 3_000_000), (.microseconds(4), 4_000)]
      as [(Nanoseconds, Int64)])
  func units(span: Nanoseconds, count: Int64) { #expect(span.count == count) }

  @Test("a duration keeps its nanoseconds")
  func duration() {
    #expect(Nanoseconds(.milliseconds(1_500)) == .milliseconds(1_500))
    #expect(Nanoseconds(.nanoseconds(-1)) == Nanoseconds(-1))
  }

  @Test(
    "whole seconds of the wall clock are rounded down, also before 1970",
    arguments: [(1_500_000_000, 1), (-1, -1), (-1_000_000_000, -1), (-1_000_000_001, -2), (0, 0)])
  func wholeSeconds(nanoseconds: Int64, seconds: Int64) {
    #expect(WallTime(sinceEpoch: Nanoseconds(nanoseconds)).seconds == seconds)
  }

  @Test(
    "civil dates against known ones",
    arguments: [
      (Int64(0), 1970, 1, 1, 4), (-1, 1969, 12, 31, 3), (951_782_400, 2000, 2, 29, 2), (4_107_542_400, 2100, 3, 1, 1),
      (1_709_164_800, 2024, 2, 29, 4), (-2_208_988_800, 1900, 1, 1, 1), (9_223_372_036, 2262, 4, 11, 5),
    ])
  func civil(seconds: Int64, year: Int, month: Int, day: Int, weekday: Int) {
    let date = CivilDate(WallTime(seconds: seconds))
    #expect((date.year, date.month, date.day, date.weekday) == (year, month, day, weekday))
    #expect(date.wallTime.seconds == seconds)
  }

  @Test("every day until the clock ends (2262) comes after the one before it")
  func everyDay() {
    var before = CivilDate(WallTime(seconds: -86_400))
    for day in Int64(0)...106_751 {
      let date = CivilDate(WallTime(seconds: day * 86_400))
      #expect(date.wallTime.seconds == day * 86_400)
      #expect(date.weekday == (before.weekday + 1) % 7)
      #expect(date.day == before.day + 1 || date.day == 1 && before.day >= 28)
      before = date
    }
  }

  @Test("RFC 9110 §5.6.7: the stamp is an IMF-fixdate, and follows the second")
  func stamp() {
    var stamp = HTTPDateStamp()
    #expect(read(&stamp, 784_111_777) == "Sun, 06 Nov 1994 08:49:37 GMT")
    #expect(read(&stamp, 784_111_777) == "Sun, 06 Nov 1994 08:49:37 GMT")
    #expect(read(&stamp, 784_111_778) == "Sun, 06 Nov 1994 08:49:38 GMT")
    #expect(read(&stamp, 0) == "Thu, 01 Jan 1970 00:00:00 GMT")
  }

  private func read(_ stamp: inout HTTPDateStamp, _ seconds: Int64) -> String {
    stamp.update(to: WallTime(seconds: seconds))
    let span = stamp.span
    return String(decoding: span.indices.map { span[$0] }, as: UTF8.self)
  }

  @Test("the monotonic clock does not go back")
  func clock() {
    let first = Instant.readClock()
    #expect(Instant.readClock() >= first)
    #expect(WallTime.readClock() > WallTime(seconds: 1_700_000_000))
  }
}
