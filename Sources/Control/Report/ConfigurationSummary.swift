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
  private let profiles: [EffectiveProfile]
  private let warnings: [Diagnostic]

  init(of loaded: LoadedConfiguration) {
    (configuration, certificates) = (loaded.configuration, loaded.tls.all)
    (profiles, warnings) = (loaded.profiles, loaded.warnings)
  }

  /// A line each for listeners, certificates, sites, routes, pools, cache, access log and administration, and some for
  /// what each TLS profile comes to; none for what there is none of. Warnings come first, a line each.
  ///
  /// - Parameter now: an expired certificate is said to be so.
  public func text(now: WallTime) -> String {
    let clients = [
      (Self.count(configuration.listeners.count, "listener"), Self.list(configuration.listeners.map(Self.words)))
    ]
    let content = [
      (Self.count(certificates.count, "certificate"), Self.words(certificates, now: now)),
      (Self.count(configuration.sites.count, "site"), Self.list(configuration.sites.map(\.name))),
      (Self.count(routes.count, "route"), Self.words(routes)),
      (Self.count(configuration.pools.count, "pool"), Self.list(configuration.pools.map(words))),
      ("cache", "\(StatusReport.size(UInt64(clamping: configuration.cache.memory)))"),
      ("access log", Self.words(configuration.log.access)),
      ("administration", Self.words(configuration.admin)),
    ]
    let rows = clients + tlsRows + content
    let width = rows.map(\.0.count).max() ?? 0
    return warnings.map { "  warning: \($0)\n" }.joined()
      + rows.filter { !$0.1.isEmpty }.map { title, words in
        "  \(title)\(String(repeating: " ", count: width - title.count))  \(words)\n"
      }.joined()
  }

  /// As members of the object that is open.
  public func put(into writer: inout JSONWriter) {
    writer.put("listeners", UInt64(configuration.listeners.count))
    writer.beginArray("tls")
    for (profile, effective) in zip(configuration.tls, profiles) {
      writer.beginObject()
      writer.put("name", profile.name)
      writer.put("profile", profile.profile.rawValue)
      writer.put("strict_sni", profile.strictSNI)
      writer.put("versions", effective.versions.map(\.rawValue))
      writer.put("suites", effective.suites13 + effective.suites12)
      writer.put("groups", effective.groups)
      writer.endObject()
    }
    writer.endArray()
    writer.put("certificates", UInt64(certificates.count))
    writer.put("certificates_expire", certificates.map(\.notAfter).min())
    writer.put("warnings", warnings)
    writer.put("sites", UInt64(configuration.sites.count))
    writer.put("routes", UInt64(routes.count))
    writer.put("pools", UInt64(configuration.pools.count))
    writer.put("servers", UInt64(configuration.pools.reduce(0) { $0 + $1.servers.count }))
  }

  /// Whole, however many: who has to answer for it reads each.
  private var tlsRows: [(String, String)] {
    zip(configuration.tls, profiles).flatMap { profile, effective in
      let versions = effective.versions.map(\.rawValue).joined(separator: ", ")
      return [
        ("TLS \(profile.name)", "\(profile.profile.rawValue)\(profile.strictSNI ? ", strict SNI" : ""): \(versions)"),
        ("  groups", effective.groups.joined(separator: ", ")),
        ("  with TLSv1.3", effective.suites13.joined(separator: ", ")),
        ("  with TLSv1.2", effective.suites12.joined(separator: ", ")),
      ]
    }
  }

  private var routes: [RouteConfiguration] { configuration.sites.flatMap(\.routes) }

  // MARK: Words

  private static func words(_ listener: ListenerConfiguration) -> String {
    let protocols = listener.spoken.map(\.rawValue).joined(separator: ", ")
    let purpose =
      listener.redirectTo.map { " (redirects to \($0))" } ?? listener.tls.map { " (TLS \($0): \(protocols))" }
      ?? (listener.protocols == nil ? "" : " (\(protocols))")
    return "\(listener.name) on \(listener.bind)\(purpose)"
  }

  private static func words(_ certificates: [Certificate], now: WallTime) -> String {
    guard let first = certificates.min(by: { $0.notAfter < $1.notAfter }) else { return "" }
    let verb = first.notAfter < now ? "EXPIRED" : certificates.count == 1 ? "expires" : "is the first to expire,"
    return "\(first.source) \(verb) on \(CivilDate(first.notAfter).text)"
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
}
