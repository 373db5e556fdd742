import Time

/// Everything that `/metrics` shows, at one moment.
public struct MetricsPage: Sendable {
  public var routes: [RouteFigures]
  public var listeners: [ListenerFigures]
  public var servers: [ServerFigures]
  public var cache: CacheFigures?
  public var reloads: ReloadFigures
  public var process: ProcessFigures
  public var certificates: [CertificateFigures]
  public var certificateChanges: CertificateChanges

  /// Of the answer's `Content-Type`.
  public static let mediaType: StaticString = "text/plain; version=0.0.4; charset=utf-8"

  /// Of histograms; a route's own threshold comes on top.
  static let bounds: [Nanoseconds] = [
    500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000,
    10_000_000, 30_000_000,
  ].map { .microseconds($0) }

  public init(
    routes: [RouteFigures], listeners: [ListenerFigures], servers: [ServerFigures], cache: CacheFigures?,
    reloads: ReloadFigures, process: ProcessFigures, certificates: [CertificateFigures] = [],
    certificateChanges: CertificateChanges = CertificateChanges()
  ) {
    self.routes = routes
    self.listeners = listeners
    self.servers = servers
    self.cache = cache
    self.reloads = reloads
    self.process = process
    (self.certificates, self.certificateChanges) = (certificates, certificateChanges)
  }

  /// The page in the text format 0.0.4.
  public func text() -> [UInt8] {
    var writer = ExpositionWriter()
    writeLatency(to: &writer)
    writeRequests(to: &writer)
    writeTargets(to: &writer)
    writeListeners(to: &writer)
    writeServers(to: &writer)
    if !certificates.isEmpty { writeCertificates(to: &writer) }
    if let cache { write(cache, to: &writer) }
    writeReloads(to: &writer)
    writeProcess(to: &writer)
    return writer.octets
  }

  private func writeLatency(to writer: inout ExpositionWriter) {
    writer.family(
      "yett_first_byte_seconds", .histogram,
      help: "From the end of a request's head to the head of its answer, without the wait for its body.")
    for route in routes {
      writer.histogram("yett_first_byte_seconds", labels(route), route.firstByte, bounds: bounds(of: route))
    }
    writer.family(
      "yett_request_duration_seconds", .histogram,
      help: "From the end of a request's head to the end of its whole answer, without the wait for its body.")
    for route in routes {
      writer.histogram("yett_request_duration_seconds", labels(route), route.total, bounds: bounds(of: route))
    }
  }

  private func writeRequests(to writer: inout ExpositionWriter) {
    writer.family("yett_requests_total", .counter, help: "Requests that ended, by status and cache result.")
    for route in routes {
      for status in StatusClass.allCases {
        for cache in CacheResult.allCases where route.count(status, cache) > 0 {
          writer.sample(
            "yett_requests_total", labels(route) + [("class", "\(status.label)"), ("cache", "\(cache.label)")],
            route.count(status, cache))
        }
      }
    }
    writer.family("yett_request_endings_total", .counter, help: "Requests by how they ended.")
    for route in routes {
      for ending in Ending.allCases where route.count(ending) > 0 {
        let labels = labels(route) + [("ending", "\(ending.label)")]
        writer.sample("yett_request_endings_total", labels, route.count(ending))
      }
    }
    writer.family("yett_received_bytes_total", .counter, help: "Octets of requests.")
    for route in routes { writer.sample("yett_received_bytes_total", labels(route), route.octetsIn) }
    writer.family("yett_sent_bytes_total", .counter, help: "Octets of answers.")
    for route in routes { writer.sample("yett_sent_bytes_total", labels(route), route.octetsOut) }
  }

  private func writeTargets(to writer: inout ExpositionWriter) {
    let targets = routes.compactMap { route in route.target.map { (route, $0) } }
    writer.family("yett_target_threshold_seconds", .gauge, help: "The latency that a route promises.")
    for (route, target) in targets {
      let measure = target.measure == .total ? "total" : "first_byte"
      writer.sample(
        "yett_target_threshold_seconds", labels(route) + [("measure", measure)], seconds: target.threshold)
    }
    writer.family("yett_target_ratio", .gauge, help: "The part of requests that a route promises to be good.")
    for (route, target) in targets {
      for (objective, promised) in objectives(route, target) {
        writer.sample("yett_target_ratio", labels(route) + [("objective", objective)], promised.promised)
      }
    }
    writer.family(
      "yett_target_requests_total", .counter,
      help: "Requests that count for or against a route's target, since it was set.")
    for (route, target) in targets {
      for (objective, counted) in objectives(route, target) {
        let labels = labels(route) + [("objective", objective)]
        writer.sample("yett_target_requests_total", labels + [("result", "good")], counted.good)
        writer.sample("yett_target_requests_total", labels + [("result", "bad")], counted.bad)
      }
    }
  }

  private func writeListeners(to writer: inout ExpositionWriter) {
    writer.family("yett_listener_accepted_total", .counter, help: "Connections accepted.")
    for listener in listeners {
      writer.sample("yett_listener_accepted_total", [("listener", listener.name)], listener.count(.accepted))
    }
    writer.family("yett_listener_connections", .gauge, help: "Connections that are open.")
    for listener in listeners {
      writer.sample("yett_listener_connections", [("listener", listener.name)], listener.open)
    }
    writer.family(
      "yett_listener_failures_total", .counter, help: "What went wrong or was refused before there was a request.")
    for listener in listeners {
      for event in ListenerEvent.allCases where event.isFailure {
        writer.sample(
          "yett_listener_failures_total", [("listener", listener.name), ("reason", "\(event.label)")],
          listener.count(event))
      }
    }
  }

  private func labels(_ route: RouteFigures) -> [ExpositionWriter.Label] {
    [("site", route.name.site), ("route", route.name.route)]
  }

  private func bounds(of route: RouteFigures) -> [Nanoseconds] {
    guard let own = route.target?.threshold, own > .zero, !Self.bounds.contains(own) else { return Self.bounds }
    return (Self.bounds + [own]).sorted()
  }

  private func objectives(_ route: RouteFigures, _ target: LatencyTarget) -> [(String, Objective)] {
    [("availability", .availability(route, target)), ("latency", .latency(route, target))]
  }
}
