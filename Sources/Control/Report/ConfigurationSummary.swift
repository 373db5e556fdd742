import Configuration
import EventLoop
import TLS
import Telemetry
import Time

/// What a configuration is that could be served, in a few lines or as JSON: for `yett check`. Any thread.
public struct ConfigurationSummary: Sendable {
  /// Names on one line; the others are counted.
  private static let namesLimit = 5

  private let configuration: Configuration
  private let certificates: [Certificate]

  init(of loaded: LoadedConfiguration) {
    (configuration, certificates) = (loaded.configuration, loaded.certificates.all)
  }

  /// A line each for listeners, certificates, sites, routes, pools, cache, access log and administration, and for each
  /// warning; none for what there is none of.
  ///
  /// - Parameter now: an expired certificate is said to be so.
  public func text(now: WallTime) -> String {
    var rows = [
      (Self.count(configuration.listeners.count, "listener"), Self.list(configuration.listeners.map(Self.words))),
      (Self.count(certificates.count, "certificate"), Self.words(certificates, now: now)),
      (Self.count(configuration.sites.count, "site"), Self.list(configuration.sites.map(\.name))),
      (Self.count(routes.count, "route"), Self.words(routes)),
      (Self.count(configuration.pools.count, "pool"), Self.list(configuration.pools.map(words))),
      ("cache", "\(StatusReport.size(UInt64(clamping: configuration.cache.memory)))"),
      ("access log", Self.words(configuration.log.access)),
      ("administration", Self.words(configuration.admin)),
    ]
    rows += configuration.warnings.map { ("WARNING", $0) }
    let width = rows.map(\.0.count).max() ?? 0
    return rows.filter { !$0.1.isEmpty }.map { title, words in
      "  \(title)\(String(repeating: " ", count: width - title.count))  \(words)\n"
    }.joined()
  }

  /// As members of the object that is open.
  public func put(into writer: inout JSONWriter) {
    writer.put("listeners", UInt64(configuration.listeners.count))
    writer.put("certificates", UInt64(certificates.count))
    writer.put("certificates_expire", certificates.map(\.notAfter).min().map { WallTime(seconds: $0) })
    writer.put("sites", UInt64(configuration.sites.count))
    writer.put("routes", UInt64(routes.count))
    writer.put("pools", UInt64(configuration.pools.count))
    writer.put("servers", UInt64(configuration.pools.reduce(0) { $0 + $1.servers.count }))
    writer.beginArray("warnings")
    for warning in configuration.warnings { writer.put(nil, warning) }
    writer.endArray()
  }

  private var routes: [RouteConfiguration] { configuration.sites.flatMap(\.routes) }

  // MARK: Words

  private static func words(_ listener: ListenerConfiguration) -> String {
    let purpose = listener.redirectTo.map { " (redirects to \($0))" } ?? listener.tls.map { " (TLS \($0))" } ?? ""
    return "\(listener.name) on \(listener.bind)\(purpose)"
  }

  private static func words(_ certificates: [Certificate], now: WallTime) -> String {
    guard let first = certificates.min(by: { $0.notAfter < $1.notAfter }) else { return "" }
    let end = WallTime(seconds: first.notAfter)
    let verb = end < now ? "EXPIRED" : certificates.count == 1 ? "expires" : "is the first to expire,"
    return "\(first.source) \(verb) on \(date(end))"
  }

  private static func words(_ routes: [RouteConfiguration]) -> String {
    var (passed, redirected, answered) = (0, 0, 0)
    for route in routes {
      switch route.action {
      case .pool: passed += 1
      case .redirect: redirected += 1
      case .respond: answered += 1
      }
    }
    let targets = routes.count { $0.target != nil }
    let kinds = [(passed, "to pools"), (redirected, "redirected"), (answered, "answered by Yett")]
    return kinds.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
      + (targets > 0 ? "; \(targets) with a target" : "")
  }

  private func words(_ pool: PoolConfiguration) -> String {
    let isUsed = routes.contains { $0.action == .pool(pool.name) }
    let tls = pool.tls.map { $0.verify ? " over TLS" : " over TLS, not verified" } ?? ""
    return "\(pool.name) (\(Self.count(pool.servers.count, "server"))\(tls)\(isUsed ? "" : ", no route uses it"))"
  }

  private static func words(_ log: AccessLogDestination) -> String {
    switch log {
    case .standardOutput: "standard output"
    case .file(let path): path
    case .off: "off"
    }
  }

  private static func words(_ admin: AdminConfiguration) -> String {
    let socket = AdminSocket.path(for: admin) ?? "no socket"
    guard let bind = admin.bind else { return socket }
    return "\(socket), \(bind)\(admin.token == nil ? " (reads alone)" : "")"
  }

  private static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

  private static func list(_ names: [String]) -> String {
    names.prefix(namesLimit).joined(separator: ", ")
      + (names.count > namesLimit ? " and \(names.count - namesLimit) more" : "")
  }

  private static func date(_ time: WallTime) -> String {
    let date = CivilDate(time)
    func digits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "\(date.year)-\(digits(date.month))-\(digits(date.day))"
  }
}
