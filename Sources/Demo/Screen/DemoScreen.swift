import Configuration
import EventLoop
import Telemetry
import Time

/// What the demo shows, as a value: its words, and a report of the moment.
struct DemoScreen {
  /// How lines are told apart.
  enum Style {
    /// One block after the other: for files and pipes.
    case plain
    /// In place, with colours or without: for terminals.
    case terminal(colours: Bool)
  }

  /// Where the demo is, for its user.
  struct Places: Equatable, Sendable {
    /// `localhost:8443`
    var secure: String
    /// `localhost:8080`; why there is none otherwise.
    var redirect: Redirect
    var hasTraffic = true
    /// A path; `nil` where it has none of its own.
    var adminSocket: String?

    enum Redirect: Equatable, Sendable {
      case from(String)
      case taken(UInt16)
      case none
    }
  }

  enum Tone: Equatable { case plain, title, good, bad, quiet }

  struct Line: Equatable {
    var text: String
    var tone = Tone.plain
  }

  let places: Places
  let style: Style

  /// How to use it: at the head of a pipe, and above every picture on a terminal that has the room.
  func introduction() -> [Line] {
    let url = "https://\(places.secure)"
    var lines = [Line(text: "Yett demo: \(url)", tone: .title)]
    switch places.redirect {
    case .from(let place): lines.append(Line(text: "           http://\(place) redirects to it"))
    case .taken(let port):
      lines.append(Line(text: "           nothing redirects to it: another programme has port \(port)"))
    case .none: break
    }
    lines += [
      Line(text: ""),
      Line(text: "Its certificate was made for this run: curl needs -k, and a browser asks once."),
    ]
    let order = "curl -k -X POST \(url)/switch/"
    let also = String(repeating: " ", count: order.count - 5) + "also "
    let commands = [
      ("curl -k -i \(url)/", "the 2nd time from memory"),
      ("curl -k -i '\(url)/search?q=bins'", "slow on purpose"),
      ("\(order)fail", "one of two servers fails"),
    ]
    let width = commands.map(\.0.count).max() ?? 0
    lines += commands.map { command, purpose in
      Line(text: "  \(command)\(String(repeating: " ", count: width - command.count))  \(purpose)")
    }
    lines.append(Line(text: "  \(also)fail/all, every/5, recover"))
    if let socket = places.adminSocket { lines.append(Line(text: "  yett status --socket \(socket)")) }
    lines.append(
      Line(
        text: places.hasTraffic
          ? "It asks itself now and then; after 20 s a server fails for a while. ^C ends."
          : "Nobody asks but you. ^C ends.", tone: .quiet))
    return lines
  }

  /// The introduction where there is no room for it.
  func title() -> [Line] {
    [Line(text: "Yett demo: https://\(places.secure)  (curl -k; ^C ends)", tone: .title), Line(text: "")]
  }

  /// Introduction and picture as a terminal of that size has room for them: in few rows the introduction is short, and
  /// the last of the picture is left out; what is wider is cut.
  func fitted(_ picture: [Line], to size: TerminalSize) -> [Line] {
    // The cursor's own row would make it scroll.
    let rows = max(size.rows - 1, 1)
    let whole = introduction() + [Line(text: "")] + picture
    return (whole.count <= rows ? whole : title() + picture).prefix(rows).map {
      Line(text: String($0.text.prefix(size.columns)), tone: $0.tone)
    }
  }

  /// The moment.
  func picture(of report: StatusReport, news: [DemoNews.Item]) -> [Line] {
    var lines = routes(of: report) + [Line(text: "")] + servers(of: report)
    if let cache = report.cache, cache.octetsLimit > 0 {
      lines.append(Line(text: ""))
      lines.append(Line(text: "cache  \(hits(in: report))\(Self.figures(of: cache))"))
    }
    if !news.isEmpty { lines.append(Line(text: "")) }
    lines += news.reversed().map { item in
      Line(text: "\(Self.ago(report.time - item.at))  \(Self.harmless(item.words))", tone: .quiet)
    }
    return lines
  }

  /// As it is written: over the picture before it, on a terminal.
  func text(_ lines: [Line]) -> String {
    switch style {
    case .plain: return lines.map { $0.text + "\n" }.joined() + "\n"
    case .terminal(let colours):
      // From the upper left corner on, each line to its end; then what was below.
      let rows = lines.map { (colours ? Self.coloured($0) : $0.text) + "\u{1B}[K\n" }
      return "\u{1B}[H" + rows.joined() + "\u{1B}[J"
    }
  }

  // MARK: Routes

  private func routes(of report: StatusReport) -> [Line] {
    let span = report.routes.first.map { StatusReport.duration($0.span) } ?? "-"
    var table = TextTable([
      ("route, last \(span)", .left), ("req/s", .right), ("latency", .right), ("target", .right),
      ("available", .right), ("target", .right), ("hits", .right), ("", .left),
    ])
    var tones = [Tone.title]
    for route in report.routes where route.target != nil || route.window.exchanges > 0 {
      let target = route.target
      let percentile = target?.target.percentile ?? 95
      table.add([
        route.name == .unrouted ? "no route" : route.name.route, Self.tenths(route.rate),
        "p\(Self.percentage(percentile / 100)) \(StatusReport.latency(route.latency.percentile(percentile)))",
        target.map { StatusReport.latency($0.target.threshold) } ?? "-",
        target.map { StatusReport.percent($0.availability.ratio) } ?? "-",
        target.map { "\(Self.percentage($0.availability.promised))%" } ?? "-",
        StatusReport.percent(route.hitRatio), target.map(Self.verdict) ?? "",
      ])
      tones.append(target?.isMet.map { $0 ? .good : .bad } ?? .plain)
    }
    return Self.lines(of: table, tones)
  }

  private static func verdict(_ report: TargetReport) -> String {
    guard let isMet = report.isMet else { return "no traffic" }
    guard !isMet else { return "met" }
    switch (report.latency.isMet, report.availability.isMet) {
    case (.some(false), .some(false)): return "NO: both"
    case (.some(false), _): return "NO: slow"
    default: return "NO: errors"
    }
  }

  // MARK: Servers and cache

  private func servers(of report: StatusReport) -> [Line] {
    var table = TextTable([("server", .left), ("address", .left), ("state", .left), ("why", .left)])
    var tones = [Tone.title]
    for server in report.servers {
      let changed = server.changed.map { ", for \(StatusReport.duration(report.time - $0))" } ?? ""
      let state = server.administrative == "ready" ? server.checked : server.administrative
      table.add([
        server.name, server.address, server.isEligible ? state : "\(state): gets nothing",
        server.reason.isEmpty ? "" : server.reason + changed,
      ])
      tones.append(server.isEligible ? .plain : .bad)
    }
    return Self.lines(of: table, tones)
  }

  /// Of all routes that were asked of the cache.
  private func hits(in report: StatusReport) -> String {
    var (hits, asked) = (UInt64(0), UInt64(0))
    for route in report.routes {
      hits &+= route.window.count(.hit)
      asked &+= route.window.exchanges &- min(route.window.count(.none as CacheResult), route.window.exchanges)
    }
    return asked > 0 ? "\(StatusReport.percent(Double(hits) / Double(asked))) hits, " : ""
  }

  private static func figures(of cache: CacheFigures) -> String {
    "\(cache.objects) objects, \(StatusReport.size(cache.octets)) of \(StatusReport.size(cache.octetsLimit))"
  }

  // MARK: Words

  private static func lines(of table: TextTable, _ tones: [Tone]) -> [Line] {
    zip(table.text().split(separator: "\n"), tones).map { Line(text: String($0), tone: $1) }
  }

  private static func coloured(_ line: Line) -> String {
    switch line.tone {
    case .plain: line.text
    case .title: "\u{1B}[1m\(line.text)\u{1B}[0m"
    case .good: "\u{1B}[32m\(line.text)\u{1B}[0m"
    case .bad: "\u{1B}[31m\(line.text)\u{1B}[0m"
    case .quiet: "\u{1B}[2m\(line.text)\u{1B}[0m"
    }
  }

  /// `  3s ago`
  private static func ago(_ span: Nanoseconds) -> String {
    let text = StatusReport.duration(span)
    return String(repeating: " ", count: max(0, 4 - text.count)) + text + " ago"
  }

  /// `12.3`; 0 to a million.
  private static func tenths(_ value: Double) -> String {
    guard value >= 0, value < 1e6 else { return "-" }
    let tenths = Int((value * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }

  /// `99.95` of 0.9995.
  private static func percentage(_ ratio: Double) -> String {
    guard ratio >= 0, ratio <= 1 else { return "-" }
    return Percent(millionths: Int((ratio * 1_000_000).rounded())).description
  }

  /// Controls become `?`: what a server says must not steer the terminal.
  private static func harmless(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 || 0x7F...0x9F ~= $0.value ? "?" : $0 }))
  }
}
