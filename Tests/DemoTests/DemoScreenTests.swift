import EventLoop
import Testing
import Time

@testable import Demo
@testable import Telemetry

@Suite("The demo's screen")
struct DemoScreenTests {
  private static let escape: Character = "\u{1B}"

  private func screen(_ style: DemoScreen.Style = .plain, hasTraffic: Bool = true) -> DemoScreen {
    DemoScreen(
      places: DemoScreen.Places(
        secure: "localhost:8443", redirect: .from("localhost:8080"), hasTraffic: hasTraffic,
        adminSocket: "/run/yett/demo-1.sock"), style: style)
  }

  /// One route with a target of p95 10 ms and 99.5 %, and one server, 20 s after the start.
  private func report(_ records: [(status: UInt16, latency: Nanoseconds, count: Int)] = []) -> StatusReport {
    let registry = RecorderRegistry()
    let target = LatencyTarget(threshold: .milliseconds(10), percentile: 95, availability: 0.995)
    let recorder = registry.recorder(site: "glenyett", route: "api", target: target, worker: 0)
    _ = registry.recorder(site: "glenyett", route: "switch", target: nil, worker: 0)
    for (status, latency, count) in records {
      var record = RequestRecord(received: Instant(sinceStart: .zero))
      (record.status, record.ending, record.cache) = (status, .answered, .hit)
      (record.answered, record.finished) = (Instant(sinceStart: latency), Instant(sinceStart: latency))
      for _ in 0..<count { recorder.record(record) }
    }
    var server = ServerFigures(pool: "api", name: "api-1", address: "127.0.0.1:1")
    (server.checked, server.reason, server.changed) = ("up", "answered 200", WallTime(seconds: 1))
    let windows = LatencyWindows(since: Instant(sinceStart: .zero))
    return StatusReport(
      time: WallTime(seconds: 20),
      routes: windows.report(since: .seconds(10), now: Instant(sinceStart: .seconds(10)), figures: registry.figures()),
      servers: [server], listeners: [], cache: nil, reloads: ProcessCounters(started: WallTime(seconds: 0)).reloads,
      process: ProcessFigures(version: "0", started: WallTime(seconds: 0)))
  }

  @Test(
    "a route is met, or says what it misses",
    arguments: [
      ([], "no traffic", .plain), ([(200, .milliseconds(1), 100)], "met", .good),
      ([(200, .milliseconds(20), 100)], "NO: slow", .bad),
      ([(200, .milliseconds(1), 99), (500, .milliseconds(1), 1)], "NO: errors", .bad),
      ([(200, .milliseconds(20), 99), (500, .milliseconds(1), 1)], "NO: both", .bad),
    ] as [([(status: UInt16, latency: Nanoseconds, count: Int)], String, DemoScreen.Tone)])
  func verdict(
    records: [(status: UInt16, latency: Nanoseconds, count: Int)], words: String, tone: DemoScreen.Tone
  ) throws {
    let lines = screen().picture(of: report(records), news: [])
    let line = try #require(lines.first { $0.text.hasPrefix("api ") })
    #expect(line.text.hasSuffix("  \(words)"), "\(line.text)")
    #expect(line.tone == tone)
  }

  @Test("a route shows rate, latency against target, availability against target, hits")
  func figures() throws {
    let lines = screen().picture(of: report([(200, .milliseconds(4), 123)]), news: [])
    let words = try #require(lines.first { $0.text.hasPrefix("api ") }).text.split(separator: " ").map(String.init)
    #expect(words.prefix(3) == ["api", "12.3", "p95"])
    #expect(words.dropFirst(4) == ["10ms", "100.0%", "99.5%", "100.0%", "met"])
  }

  @Test("a route that promises nothing is shown when it is used")
  func withoutTarget() {
    #expect(!screen().picture(of: report(), news: []).contains { $0.text.hasPrefix("switch") })
  }

  @Test("a server that gets nothing stands out, with its reason and for how long")
  func server() throws {
    var report = report()
    let up = try #require(screen().picture(of: report, news: []).first { $0.text.hasPrefix("api-1 ") })
    #expect(up == DemoScreen.Line(text: "api-1   127.0.0.1:1  up     answered 200, for 19s"))
    (report.servers[0].checked, report.servers[0].isEligible) = ("down", false)
    let down = try #require(screen().picture(of: report, news: []).first { $0.text.hasPrefix("api-1 ") })
    #expect(down.text.contains("down: gets nothing") && down.tone == .bad)
  }

  @Test("the latest news stands first, and steers no terminal")
  func news() {
    let news = DemoNews()
    for number in 1...DemoNews.limit + 1 { news.add("news \(number)\u{1B}[31m", at: WallTime(seconds: Int64(number))) }
    let lines = screen().picture(of: report(), news: news.latest).filter { $0.tone == .quiet }
    #expect(lines.count == DemoNews.limit)
    #expect(lines.first?.text == " 14s ago  news 6?[31m")
    #expect(!lines.contains { $0.text.contains("news 1") || $0.text.contains(Self.escape) })
  }

  @Test("a logger's notices are news, its information is not")
  func logger() {
    let news = DemoNews()
    news.logger.info("ready")
    news.logger.notice("api-1 is down")
    #expect(news.latest.map(\.words) == ["api-1 is down"])
  }

  @Test("a pipe gets lines, a terminal a picture in place", arguments: [false, true])
  func styles(colours: Bool) {
    let lines = [DemoScreen.Line(text: "one", tone: .bad), DemoScreen.Line(text: "two")]
    #expect(screen(.plain).text(lines) == "one\ntwo\n\n")
    let one = colours ? "\u{1B}[31mone\u{1B}[0m" : "one"
    #expect(screen(.terminal(colours: colours)).text(lines) == "\u{1B}[H\(one)\u{1B}[K\ntwo\u{1B}[K\n\u{1B}[J")
  }

  @Test(
    "never more than the terminal shows",
    arguments: [(1, 1), (2, 10), (24, 80), (40, 100), (10_000, 10_000)])
  func fits(rows: Int, columns: Int) {
    let screen = screen()
    let picture = screen.picture(of: report([(200, .milliseconds(20), 100)]), news: [])
    let lines = screen.fitted(picture, to: TerminalSize(rows: rows, columns: columns))
    // What is written ends in a line feed: one row more.
    #expect(lines.count < max(rows, 2))
    #expect(lines.allSatisfy { $0.text.count <= columns })
    if rows >= 24, columns >= 80 { #expect(lines.contains { $0.text.hasSuffix("NO: slow") }) }
  }

  @Test("on a usual terminal nothing of the introduction is cut, and it says what matters")
  func introduction() {
    let words = screen().introduction().map(\.text)
    #expect(words.allSatisfy { $0.count <= 80 }, "\(words)")
    for word in ["https://localhost:8443", "http://localhost:8080", "curl -k", "^C", "--socket /run/yett/demo-1.sock"] {
      #expect(words.contains { $0.contains(word) }, "\(word)")
    }
    #expect(screen(hasTraffic: false).introduction().contains { $0.text.hasPrefix("Nobody asks but you") })
  }
}
