import Testing

@testable import Configuration

@Suite("Numbers with units")
struct QuantityTests {
  @Test(
    "durations",
    arguments: [
      ("300ms", .milliseconds(300)), ("2s", .seconds(2)), ("5m", .seconds(300)), ("1h", .seconds(3_600)),
      ("1d", .seconds(86_400)), ("0s", .zero), ("007s", .seconds(7)), ("", nil), ("s", nil), ("2", nil), ("2 s", nil),
      ("-2s", nil), ("+2s", nil), ("1.5s", nil), ("2S", nil), ("1h30m", nil), ("２s", nil),
      ("999999999999999999ms", .milliseconds(999_999_999_999_999_999)), ("999999999999999999s", nil),
      ("9999999999999999999ms", nil), ("999999999999999999d", nil),
    ] as [(String, Duration?)])
  func duration(word: String, duration: Duration?) {
    #expect(Quantity.duration(word) == duration)
  }

  @Test(
    "sizes",
    arguments: [
      ("0", 0), ("1048576", 1 << 20), ("64KiB", 65_536), ("512MiB", 512 << 20), ("1GiB", 1 << 30), ("2TiB", 2 << 40),
      ("64KB", nil), ("64kib", nil), ("KiB", nil), ("-1", nil), ("1.5GiB", nil), ("999999999999999999GiB", nil),
      ("8388608TiB", nil), ("9223372036854775808", nil),
    ] as [(String, Int?)])
  func size(word: String, octets: Int?) {
    #expect(Quantity.octets(word) == octets)
  }

  @Test(
    "percentages",
    arguments: [
      ("99.9%", 999_000), ("99.95%", 999_500), ("95", 950_000), ("100%", 1_000_000), ("0.0001", 1),
      ("99.9999", 999_999),
      ("100.0001", nil), ("101", nil), ("99.", nil), (".9", nil), ("99.99999", nil), ("1.2.3", nil), ("%", nil),
      ("", nil),
      ("-1%", nil), ("99,9%", nil),
    ] as [(String, Int?)])
  func percent(word: String, millionths: Int?) {
    #expect(Quantity.percent(word)?.millionths == millionths)
  }

  @Test(
    "are written as they are read",
    arguments: [
      ("300ms", "300ms"), ("60s", "1m"), ("90s", "90s"), ("24h", "1d"), ("1500ms", "1500ms"), ("1000ms", "1s"),
      ("0s", "0s"),
    ])
  func written(word: String, text: String) {
    #expect(Quantity.duration(word).map(Quantity.text) == text)
  }

  @Test("percentages print without rounding", arguments: ["99.9", "99.95", "95", "0.0001", "100", "99.9999"])
  func percentText(text: String) {
    #expect(Quantity.percent(text).map { "\($0)" } == text)
  }

  @Test(
    "suggestions are the nearest word",
    arguments: [
      ("helth", "health"), ("Health", "health"), ("haelth", "health"), ("idle_connection", "idle_connections"),
      ("xyz", nil), ("", nil), (String(repeating: "a", count: 65), nil), ("h", nil),
    ] as [(String, String?)])
  func suggestion(word: String, meant: String?) {
    #expect(Suggestion.closest(to: word, among: ["timeouts", "health", "idle_connections", "idle_timeout"]) == meant)
  }
}

@Suite("Hosts and addresses")
struct HostRuleTests {
  @Test(
    "RFC 4291 §2.2: IPv6 text",
    arguments: [
      ("::", true), ("::1", true), ("1::", true), ("1:2:3:4:5:6:7:8", true), ("2001:db8::8:800:200c:417a", true),
      ("::ffff:1.2.3.4", true), ("1:2:3:4:5:6:1.2.3.4", true), ("1:2:3:4:5:6:7::", true), ("1:2:3:4:5:6:7", false),
      ("1:2:3:4:5:6:7:8:9", false), ("1::2::3", false), (":::", false), (":1", false), ("1:", false),
      ("12345::", false), ("g::", false), ("1:2:3:4:5:6:7:1.2.3.4", false), ("1.2.3.4::", false),
      ("fe80::1%eth0", false),
      ("1:2:3:4:5:6:7::8", false), ("", false), (":", false), ("::1.2.3", false),
    ])
  func version6(text: String, isAddress: Bool) {
    #expect(HostRule.isIPv6(text) == isAddress)
  }

  @Test(
    "names, and what only looks like one",
    arguments: [
      ("a", true), ("www.mygov.scot", true), ("a_b.c-d", true), ("1.2.3.4", true), ("a1.2b", true),
      ("xn--80ak6aa92e", true),
      ("", false), (".", false), ("a..b", false), ("a.", false), ("-a", false), ("a-", false), ("1.2.3", false),
      ("1.2.3.256", false), ("01.2.3.4", false), ("a.1", false), ("a b", false), ("é", false),
      (String(repeating: "a", count: 63), true), (String(repeating: "a", count: 64), false),
      (String(repeating: "a.", count: 126) + "a", true), (String(repeating: "a.", count: 127) + "a", false),
    ])
  func name(text: String, isName: Bool) {
    #expect(HostRule.allowsName(text) == isName)
  }

  @Test(
    "RFC 3986 §6.2.2: a route's path in the form for matching",
    arguments: [
      ("/", "/"), ("/a/b", "/a/b"), ("/%61%7e", "/a~"), ("/%c3%a9", "/%C3%A9"), ("/%2f", "/%2F"), ("//", "//"),
      ("/a;b=.", "/a;b=."), ("/...", "/..."), ("/.well-known", "/.well-known"), ("/a/.", nil), ("/./a", nil),
      ("/..", nil),
      ("/%2E", nil), ("/%2e.", nil), ("/a/..;x", nil), ("/a%2F..", nil), ("/a%5c%2e%2e/", nil), ("/%", nil),
      ("/%4", nil),
      ("/%zz", nil), ("/%00", nil), ("/a b", nil), ("/a\\b", nil), ("/a?b", nil), ("/a#b", nil), ("a", nil), ("", nil),
      ("/é", nil), ("/\u{7f}", nil),
    ] as [(String, String?)])
  func path(text: String, normal: String?) {
    #expect(RoutePath.normalise(text) == normal)
  }
}
