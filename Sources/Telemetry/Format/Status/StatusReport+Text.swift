import Time

/// The report for people.
extension StatusReport {
  /// Several tables, each with a title line; ends in a line feed.
  public func text() -> String {
    var text = headline()
    text += "\n" + routeTable().text()
    if !servers.isEmpty { text += "\n" + serverTable().text() }
    if !certificates.isEmpty { text += "\n" + certificateTable() }
    text += "\n" + cacheLine() + listenerLines()
    if process.logLinesLost > 0 { text += "log     \(process.logLinesLost) lines lost: the disk is too slow or full\n" }
    return text
  }

  private func headline() -> String {
    var text = "yett \(process.version), up \(Self.duration(time - process.started))"
    text += ", snapshot \(reloads.snapshot)"
    if let taken = reloads.taken { text += " since \(Self.stamp(taken))" }
    text += "\n"
    if let refusal = reloads.lastRefusal {
      text += reloads.lastSucceeded ? "last refused " : "REFUSED "
      text += "\(Self.stamp(refusal.at)): \(refusal.reason)\n"
    }
    return text
  }

  /// Routes against their targets.
  public func routeTable() -> TextTable {
    let span = routes.first.map { Self.duration($0.span) } ?? "-"
    var table = TextTable([
      ("route (last \(span))", .left), ("req/s", .right), ("p50", .right), ("p95", .right), ("p99", .right),
      ("5xx", .right), ("hits", .right), ("target", .left), ("kept", .left), ("budget left", .left),
    ])
    for route in routes where route.name != .unrouted || route.window.exchanges > 0 {
      let latency = route.latency
      table.add([
        "\(route.name.site)/\(route.name.route)", Self.decimal(route.rate, places: 1),
        Self.latency(latency.percentile(50)), Self.latency(latency.percentile(95)),
        Self.latency(latency.percentile(99)),
        Self.percent(route.errorRatio), Self.percent(route.hitRatio),
        route.target.map(Self.promise) ?? "-", Self.verdict(route.target), route.target.map(Self.budget) ?? "-",
      ])
    }
    return table
  }

  private func serverTable() -> TextTable {
    var table = TextTable([
      ("server", .left), ("address", .left), ("state", .left), ("active", .right), ("requests", .right),
      ("failures", .right), ("why", .left),
    ])
    for server in servers {
      let state = server.administrative == "ready" ? server.checked : "\(server.administrative), \(server.checked)"
      let changed = server.changed.map { ", for \(Self.duration(time - $0))" } ?? ""
      table.add([
        "\(server.pool)/\(server.name)", server.address, state + (server.isEligible ? "" : " (gets nothing)"),
        "\(server.active)", "\(server.requests)", "\(server.failures)",
        server.reason.isEmpty ? "" : server.reason + changed,
      ])
    }
    return table
  }

  /// Rows for certificates, those first that expire first; the others are counted.
  static let certificatesLimit = 10

  private func certificateTable() -> String {
    var table = TextTable([
      ("certificate", .left), ("names", .left), ("key", .left), ("expires", .left), ("left", .right), ("", .left),
    ])
    // What is refused comes first: somebody has to see to it.
    let sorted = certificates.sorted {
      ($0.refusal == nil ? 1 : 0, $0.notAfter ?? WallTime(seconds: 0))
        < ($1.refusal == nil ? 1 : 0, $1.notAfter ?? WallTime(seconds: 0))
    }
    for certificate in sorted.prefix(Self.certificatesLimit) {
      let left = certificate.notAfter.map { $0 - time }
      table.add([
        "\(certificate.profile) \(certificate.file)", Self.names(certificate.names), certificate.key,
        certificate.notAfter.map { CivilDate($0).text } ?? "-",
        left.map { $0 > .zero ? Self.duration($0) : "EXPIRED" } ?? "-",
        certificate.refusal.map { "REFUSED: \($0)" } ?? "",
      ])
    }
    let more = sorted.dropFirst(Self.certificatesLimit)
    guard let next = more.compactMap(\.notAfter).min() else { return table.text() }
    return table.text() + "and \(more.count) more, the next of which expires in \(Self.duration(next - time))\n"
  }

  private static func names(_ names: [String]) -> String {
    names.count > 2 ? "\(names[0]) and \(names.count - 1) more" : names.joined(separator: ", ")
  }

  private func cacheLine() -> String {
    guard let cache else { return "" }
    return "cache   \(cache.objects) objects, \(Self.size(cache.octets)) of \(Self.size(cache.octetsLimit)), "
      + "\(cache.evicted) evicted, \(cache.fills) fills under way\n"
  }

  private func listenerLines() -> String {
    listeners.map { listener in
      let failures = ListenerEvent.allCases.filter { $0.isFailure && listener.count($0) > 0 }
        .map { ", \(listener.count($0)) \($0.label)" }
      return "listener \(listener.name)  \(listener.open) open, \(listener.count(.accepted)) accepted"
        + failures.joined() + "\n"
    }.joined()
  }

  /// `p95 300ms, 99.9%`.
  private static func promise(_ report: TargetReport) -> String {
    let target = report.target
    let measure = target.measure == .total ? " total" : ""
    return "p\(trimmed(target.percentile)) \(latency(target.threshold))\(measure), "
      + "\(trimmed(report.availability.promised * 100))%"
  }

  private static func verdict(_ report: TargetReport?) -> String {
    guard let report else { return "" }
    guard let isMet = report.isMet else { return "no traffic" }
    if isMet { return "yes" }
    return report.availability.isMet == false
      ? "NO: available \(percent(report.availability.ratio))"
      : "NO: in time \(percent(report.latency.ratio))"
  }

  private static func budget(_ report: TargetReport) -> String {
    "\(percent(report.latencyInAll.budgetLeft)) time, \(percent(report.availabilityInAll.budgetLeft)) availability"
  }
}
