import Bytes
import Testing
import Time

@testable import Cache

@Suite("RFC 9111 §5.2: Cache-Control")
struct CacheControlTests {
  typealias Directives = CacheControl.Directives

  private func read(_ lines: [String]) -> CacheControl {
    var control = CacheControl()
    for line in lines { control.add(octets(line).span) }
    return control
  }

  @Test(
    "directives are read in any case, from all lines",
    arguments: [
      ([], []), (["no-store"], .noStore), (["NO-Store, foo=bar"], .noStore),
      (["public", "must-revalidate"], [.isPublic, .mustRevalidate]),
      (["private=\"set-cookie, x\", no-cache"], [.isPrivate, .noCache]),
      (["no-cache=\"set-cookie\""], .noCache), ([",, ,proxy-revalidate,"], .proxyRevalidate),
      (["only-if-cached , must-understand"], [.onlyIfCached, .mustUnderstand]), (["no-store2, xprivate"], []),
      (["private = x"], .isPrivate), (["foo=\"no-store\""], []), (["foo=\"a, private\""], []),
      (["foo=\"\\\", no-store\""], []),
    ] as [([String], Directives)])
  func directives(lines: [String], expected: Directives) { #expect(read(lines).directives == expected) }

  @Test(
    "a quoted string that is none may have swallowed no-store",
    arguments: ["foo=\"bar, no-store", "foo=b\"ar", "\"", "max-age=60, foo=\"a\"b", "foo=\"a\\"])
  func quotes(line: String) { #expect(read([line]).directives.contains(.noStore)) }

  @Test(
    "§4.2.1: of two the least, what is no number is 0, what is too large is 2³¹",
    arguments: [
      (["max-age=60"], 60), (["max-age=\"60\""], 60), (["max-age=60, max-age=30"], 30),
      (["max-age=5", "max-age=9"], 5),
      (["max-age"], 0), (["max-age="], 0), (["max-age=-1"], 0), (["max-age=1.5"], 0), (["max-age= 60"], 0),
      (["max-age=60, max-age=x"], 0), (["max-age=99999999999999999999999"], 1 << 31),
      (["max-age=2147483649"], 1 << 31), (["MAX-AGE=007"], 7), (["max-age =60"], 60), (["s-maxage=60"], nil),
    ] as [([String], Int64?)])
  func maxAge(lines: [String], expected: Int64?) { #expect(read(lines).maxAge?.seconds == expected) }

  @Test(
    "s-maxage is read as max-age is", arguments: [("s-maxage=60, max-age=5", 60), ("s-maxage", 0), ("max-age=5", nil)])
  func sMaxAge(line: String, expected: Int64?) { #expect(read([line]).sMaxAge?.seconds == expected) }

  @Test("reads whatever line it is cut from")
  func cut() {
    let line = octets("private=\"a\\\"b, c\", max-age=\"12\", no-cache=\"\"")
    for end in 0...line.count {
      var control = CacheControl()
      control.add(line.span.extracting(0..<end))
      if end >= 7 { #expect(control.directives.contains(.isPrivate), "cut at \(end)") }
    }
  }
}
