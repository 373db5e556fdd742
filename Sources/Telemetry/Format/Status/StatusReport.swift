import Time

/// What `yett status` shows: routes against their targets, servers, cache, snapshot, listeners, at one moment.
public struct StatusReport: Sendable {
  public var time: WallTime
  public var routes: [RouteReport]
  public var servers: [ServerFigures]
  public var listeners: [ListenerFigures]
  public var cache: CacheFigures?
  public var reloads: ReloadFigures
  public var process: ProcessFigures
  public var certificates: [CertificateFigures]

  public init(
    time: WallTime, routes: [RouteReport], servers: [ServerFigures], listeners: [ListenerFigures],
    cache: CacheFigures?, reloads: ReloadFigures, process: ProcessFigures, certificates: [CertificateFigures] = []
  ) {
    self.time = time
    self.routes = routes
    self.servers = servers
    self.listeners = listeners
    self.cache = cache
    self.reloads = reloads
    self.process = process
    self.certificates = certificates
  }

  /// One JSON object and a line feed. Keys stay; new ones may come. Spans of time are whole microseconds (`…_us`),
  /// ratios 0 to 1, and what is not known is `null`.
  public func json() -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.put("time", time)
    write(process, to: &writer)
    write(reloads, to: &writer)
    writer.beginArray("routes")
    for route in routes { write(route, to: &writer) }
    writer.endArray()
    writer.beginArray("servers")
    for server in servers { write(server, to: &writer) }
    writer.endArray()
    writer.beginArray("listeners")
    for listener in listeners { write(listener, to: &writer) }
    writer.endArray()
    writer.beginArray("certificates")
    for certificate in certificates { write(certificate, to: &writer) }
    writer.endArray()
    if let cache { write(cache, to: &writer) }
    writer.endObject()
    return writer.octets + [.lineFeed]
  }

  private func write(_ process: ProcessFigures, to writer: inout JSONWriter) {
    writer.beginObject("process")
    writer.put("version", process.version)
    writer.put("started", process.started)
    writer.put("workers", process.workers)
    writer.put("log_lines_lost", process.logLinesLost)
    writer.put("resident_octets", process.residentOctets)
    writer.endObject()
  }

  private func write(_ reloads: ReloadFigures, to writer: inout JSONWriter) {
    writer.beginObject("snapshot")
    writer.put("number", reloads.snapshot)
    writer.put("taken", reloads.taken)
    writer.put("last_reload_succeeded", reloads.lastSucceeded)
    writer.put("last_reload", reloads.lastTried)
    writer.beginObject("last_refusal")
    writer.put("reason", reloads.lastRefusal?.reason)
    writer.put("at", reloads.lastRefusal?.at)
    writer.endObject()
    writer.endObject()
  }

  private func write(_ route: RouteReport, to writer: inout JSONWriter) {
    writer.beginObject()
    writer.put("site", route.name.site)
    writer.put("route", route.name.route)
    writer.put("window_us", route.span)
    writer.put("requests", route.window.exchanges)
    writer.put("requests_per_second", route.rate)
    writer.put("error_ratio", route.errorRatio)
    writer.put("hit_ratio", route.hitRatio)
    write("first_byte", route.window.firstByte, to: &writer)
    write("total", route.window.total, to: &writer)
    writer.beginObject("classes")
    for status in StatusClass.allCases { writer.put(status.label, route.window.count(status)) }
    writer.endObject()
    writer.beginObject("cache")
    for cache in CacheResult.allCases { writer.put(cache.label, route.window.count(cache)) }
    writer.endObject()
    writer.beginObject("endings")
    for ending in Ending.allCases { writer.put(ending.label, route.window.count(ending)) }
    writer.endObject()
    if let target = route.target { write(target, to: &writer) }
    writer.endObject()
  }

  private func write(_ key: StaticString, _ histogram: HistogramSnapshot, to writer: inout JSONWriter) {
    writer.beginObject(key)
    writer.put("count", histogram.count)
    writer.put("p50_us", histogram.percentile(50))
    writer.put("p95_us", histogram.percentile(95))
    writer.put("p99_us", histogram.percentile(99))
    writer.endObject()
  }

  private func write(_ report: TargetReport, to writer: inout JSONWriter) {
    writer.beginObject("target")
    writer.put("latency_us", report.target.threshold)
    writer.put("measure", report.target.measure == .total ? "total" : "first_byte")
    writer.put("percentile", report.target.percentile)
    writer.put("met", report.isMet)
    write("availability", report.availability, inAll: report.availabilityInAll, to: &writer)
    write("latency", report.latency, inAll: report.latencyInAll, to: &writer)
    writer.endObject()
  }

  private func write(_ key: StaticString, _ window: Objective, inAll: Objective, to writer: inout JSONWriter) {
    writer.beginObject(key)
    writer.put("promised", window.promised)
    writer.put("good", window.good)
    writer.put("bad", window.bad)
    writer.put("ratio", window.ratio)
    writer.put("met", window.isMet)
    writer.put("good_in_all", inAll.good)
    writer.put("bad_in_all", inAll.bad)
    writer.put("budget_left", inAll.budgetLeft)
    writer.endObject()
  }

  private func write(_ server: ServerFigures, to writer: inout JSONWriter) {
    writer.beginObject()
    writer.put("pool", server.pool)
    writer.put("name", server.name)
    writer.put("address", server.address)
    writer.put("eligible", server.isEligible)
    writer.put("administrative", server.administrative)
    writer.put("checked", server.checked)
    writer.put("reason", server.reason)
    writer.put("changed", server.changed)
    writer.put("active", server.active)
    writer.put("requests", server.requests)
    writer.put("failures", server.failures)
    writer.endObject()
  }

  private func write(_ certificate: CertificateFigures, to writer: inout JSONWriter) {
    writer.beginObject()
    writer.put("profile", certificate.profile)
    writer.put("file", certificate.file)
    writer.put("names", certificate.names)
    writer.put("key", certificate.key)
    writer.put("expires", certificate.notAfter)
    writer.put("days_left", certificate.notAfter.map { Double(($0 - time).seconds / 8_640) / 10 })
    writer.put("refused", certificate.refusal)
    writer.endObject()
  }

  private func write(_ listener: ListenerFigures, to writer: inout JSONWriter) {
    writer.beginObject()
    writer.put("name", listener.name)
    writer.put("open", listener.open)
    for event in ListenerEvent.allCases { writer.put(event.label, listener.count(event)) }
    writer.endObject()
  }

  private func write(_ cache: CacheFigures, to writer: inout JSONWriter) {
    writer.beginObject("cache")
    writer.put("objects", cache.objects)
    writer.put("octets", cache.octets)
    writer.put("octets_limit", cache.octetsLimit)
    writer.put("stored", cache.stored)
    writer.put("evicted", cache.evicted)
    writer.put("fills", cache.fills)
    writer.put("waiters", cache.waiters)
    writer.endObject()
  }
}
