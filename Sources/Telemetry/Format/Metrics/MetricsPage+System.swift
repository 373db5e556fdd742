/// The families that tell of servers, cache, reloads and the process.
extension MetricsPage {
  func writeServers(to writer: inout ExpositionWriter) {
    func each(
      _ name: StaticString, _ kind: ExpositionWriter.Kind, help: StaticString, _ value: (ServerFigures) -> UInt64
    ) {
      writer.family(name, kind, help: help)
      for server in servers { writer.sample(name, labels(server), value(server)) }
    }
    each("yett_server_eligible", .gauge, help: "Whether the server gets requests: 1 or 0.") { $0.isEligible ? 1 : 0 }
    writer.family("yett_server_state", .gauge, help: "1: what an operator said of the server, and what checks found.")
    for server in servers {
      writer.sample(
        "yett_server_state",
        labels(server) + [("administrative", server.administrative), ("checked", server.checked)], UInt64(1))
    }
    each("yett_server_active_requests", .gauge, help: "Requests that are with the server.") { $0.active }
    each("yett_server_requests_total", .counter, help: "Attempts at the server.") { $0.requests }
    each("yett_server_failures_total", .counter, help: "Attempts that brought no whole answer.") { $0.failures }
    writer.family("yett_server_checks_total", .counter, help: "Health checks by result.")
    for server in servers {
      writer.sample("yett_server_checks_total", labels(server) + [("result", "passed")], server.checksPassed)
      writer.sample("yett_server_checks_total", labels(server) + [("result", "failed")], server.checksFailed)
    }
  }

  func writeCertificates(to writer: inout ExpositionWriter) {
    writer.family(
      "yett_certificate_not_after_timestamp_seconds", .gauge,
      help: "When a certificate that is served expires, in seconds since 1970.")
    for certificate in certificates {
      guard let end = certificate.notAfter else { continue }
      writer.sample(
        "yett_certificate_not_after_timestamp_seconds", labels(certificate), UInt64(clamping: end.seconds))
    }
    writer.family(
      "yett_certificate_refused", .gauge, help: "Whether what lies in a certificate's files is not served: 1 or 0.")
    for certificate in certificates {
      writer.sample("yett_certificate_refused", labels(certificate), UInt64(certificate.refusal == nil ? 0 : 1))
    }
    writer.family(
      "yett_certificate_changes_total", .counter, help: "Changes of certificates' files by whether they were taken.")
    writer.sample("yett_certificate_changes_total", [("result", "taken")], certificateChanges.taken)
    writer.sample("yett_certificate_changes_total", [("result", "refused")], certificateChanges.refused)
  }

  func write(_ cache: CacheFigures, to writer: inout ExpositionWriter) {
    func one(_ name: StaticString, _ kind: ExpositionWriter.Kind, help: StaticString, _ value: UInt64) {
      writer.family(name, kind, help: help)
      writer.sample(name, [], value)
    }
    one("yett_cache_objects", .gauge, help: "Objects in the cache.", cache.objects)
    one("yett_cache_bytes", .gauge, help: "Octets in the cache.", cache.octets)
    one("yett_cache_limit_bytes", .gauge, help: "Octets that the cache may hold.", cache.octetsLimit)
    one("yett_cache_stored_total", .counter, help: "Objects that were stored.", cache.stored)
    one("yett_cache_evicted_total", .counter, help: "Objects that had to make room.", cache.evicted)
    one("yett_cache_fills", .gauge, help: "Fills under way.", cache.fills)
    one("yett_cache_waiters", .gauge, help: "Requests that wait for the head of a fill.", cache.waiters)
  }

  func writeReloads(to writer: inout ExpositionWriter) {
    writer.family("yett_last_reload_success", .gauge, help: "Whether the last configuration was taken: 1 or 0.")
    writer.sample("yett_last_reload_success", [], UInt64(reloads.lastSucceeded ? 1 : 0))
    writer.family(
      "yett_last_reload_timestamp_seconds", .gauge, help: "When the last configuration was tried; 0 for never.")
    writer.sample("yett_last_reload_timestamp_seconds", [], seconds: reloads.lastTried?.sinceEpoch ?? .zero)
    writer.family("yett_reloads_total", .counter, help: "Configurations by whether they were taken.")
    writer.sample("yett_reloads_total", [("result", "taken")], reloads.succeeded)
    writer.sample("yett_reloads_total", [("result", "refused")], reloads.failed)
    writer.family("yett_snapshot_number", .gauge, help: "The number of the configuration that is served.")
    writer.sample("yett_snapshot_number", [], reloads.snapshot)
  }

  func writeProcess(to writer: inout ExpositionWriter) {
    writer.family("yett_build_info", .gauge, help: "1, with the version as a label.")
    writer.sample("yett_build_info", [("version", process.version)], UInt64(1))
    writer.family("yett_workers", .gauge, help: "Worker threads.")
    writer.sample("yett_workers", [], process.workers)
    writer.family("yett_log_lines_lost_total", .counter, help: "Lines of the access log that were never written.")
    writer.sample("yett_log_lines_lost_total", [], process.logLinesLost)
    writer.family("process_start_time_seconds", .gauge, help: "When the process began, in seconds since 1970.")
    writer.sample("process_start_time_seconds", [], seconds: process.started.sinceEpoch)
    if let octets = process.residentOctets {
      writer.family("process_resident_memory_bytes", .gauge, help: "Resident memory.")
      writer.sample("process_resident_memory_bytes", [], octets)
    }
    if let descriptors = process.openDescriptors {
      writer.family("process_open_fds", .gauge, help: "Open descriptors.")
      writer.sample("process_open_fds", [], descriptors)
    }
    if let cpu = process.cpu {
      writer.family("process_cpu_seconds_total", .counter, help: "User and system time of all threads.")
      writer.sample("process_cpu_seconds_total", [], seconds: cpu)
    }
  }

  private func labels(_ server: ServerFigures) -> [ExpositionWriter.Label] {
    [("pool", server.pool), ("server", server.name)]
  }

  private func labels(_ certificate: CertificateFigures) -> [ExpositionWriter.Label] {
    [("profile", certificate.profile), ("file", certificate.file), ("name", certificate.names.first ?? "")]
  }
}
