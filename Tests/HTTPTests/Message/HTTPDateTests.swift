import HTTP
import Testing
import Time

@Suite("RFC 9110 §5.6.7: dates")
struct HTTPDateTests {
  private let now = CivilDate(year: 2026, month: 11, day: 23).wallTime

  private func read(_ text: String) -> Int64? { HTTPDate.parse(Array(text.utf8).span, now: now)?.seconds }

  @Test(
    "all three formats are read",
    arguments: [
      ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777), ("Sunday, 06-Nov-94 08:49:37 GMT", 784_111_777),
      ("Sun Nov  6 08:49:37 1994", 784_111_777), ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
      ("Thu, 29 Feb 2024 23:59:59 GMT", 1_709_251_199), ("Sat Nov 12 08:49:37 1994", 784_630_177),
      ("Fri, 31 Dec 9999 23:59:59 GMT", Int64.max / 1_000_000_000), ("Sat, 31 Dec 2016 23:59:60 GMT", 1_483_228_800),
    ])
  func formats(text: String, seconds: Int64) { #expect(read(text) == seconds) }

  @Test(
    "a year of two digits is not more than 50 years ahead",
    arguments: [
      ("Monday, 23-Nov-26 00:00:00 GMT", 2026), ("Monday, 22-Nov-76 00:00:00 GMT", 2076),
      ("Monday, 23-Nov-76 00:00:00 GMT", 2076), ("Monday, 23-Nov-76 00:00:01 GMT", 1976),
      ("Monday, 01-Jan-77 00:00:00 GMT", 1977), ("Monday, 01-Jan-00 00:00:00 GMT", 2000),
      ("Monday, 01-Jan-70 00:00:00 GMT", 2070), ("Monday, 01-Jan-99 00:00:00 GMT", 1999),
    ])
  func century(text: String, year: Int) {
    #expect(read(text).map { CivilDate(WallTime(seconds: $0)).year } == year)
  }

  @Test(
    "what is no date is none",
    arguments: [
      "", "0", "-1", ",", "Sun,", "Sun, ", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC",
      "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 31 Feb 1994 08:49:37 GMT", "Tue, 29 Feb 2023 08:49:37 GMT",
      "Sun, 00 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Nov 1994 08:60:37 GMT",
      "Sun, 06 Nov 1994 08:49:61 GMT", "sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 nov 1994 08:49:37 GMT",
      "Sun, 06 Nov 94 08:49:37 GMT", "Sunday, 06-Nov-1994 08:49:37 GMT", "Sun Nov 6 08:49:37 1994",
      "Sun Nov  6 08:49:37 199x", "Sun, 06 Nov 1994 08:49:37 GMT ", "Xun, 06 Nov 1994 08:49:37 GMT",
      "Sun, +6 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:3", "Sun, 06 anF 1994 08:49:37 GMT",
    ])
  func refused(text: String) { #expect(read(text) == nil) }

  @Test("a date that is cut, or has another octet anywhere, does not trap")
  func broken() {
    for text in ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"] {
      let octets = Array(text.utf8)
      for count in 0..<octets.count { #expect(HTTPDate.parse(octets.span.extracting(0..<count), now: now) == nil) }
      for index in octets.indices {
        for octet in [UInt8(0), 0x2C, 0x7F, 0xFF] {
          var other = octets
          other[index] = octet
          if other != octets { #expect(HTTPDate.parse(other.span, now: now) == nil) }
        }
      }
    }
  }

  @Test("what the stamp writes reads the same again")
  func stamp() {
    var stamp = HTTPDateStamp()
    for seconds in stride(from: Int64(0), to: 4_000_000_000, by: 12_345_679) {
      stamp.update(to: WallTime(seconds: seconds))
      #expect(HTTPDate.parse(stamp.span, now: now)?.seconds == seconds)
    }
  }
}
