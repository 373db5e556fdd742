import Testing
import Time

@testable import Telemetry

@Suite("Prometheus text format 0.0.4")
struct MetricsPageTests {
  static let hostile = "a\"b\\c\nd é"

  func page() -> MetricsPage {
    let registry = RecorderRegistry()
    let target = LatencyTarget(threshold: .milliseconds(300), percentile: 95, availability: 0.999, measure: .total)
    let recorder = registry.recorder(site: "mygov", route: "search", target: target, worker: 0)
    for milliseconds in [5, 299, 310, 20_000] as [Int64] {
      recorder.record(.sample(cache: .miss, firstByte: .milliseconds(milliseconds), total: .milliseconds(milliseconds)))
    }
    recorder.record(.sample(504, cache: .none, firstByte: .seconds(40), total: .seconds(40)))
    recorder.record(.sample(0, .clientGone, cache: .none, firstByte: nil))
    registry.recorder(site: Self.hostile, route: "pages", target: nil, worker: 0).record(.sample())
    registry.listener("https", worker: 0).count(.handshakeFailed)
    var server = ServerFigures(pool: "search", name: "search-1", address: "10.1.0.11:8080")
    (server.checked, server.isEligible, server.requests) = ("down", false, 7)
    var cache = CacheFigures()
    (cache.objects, cache.octetsLimit) = (3, 512 << 20)
    let counters = ProcessCounters(started: WallTime(sinceEpoch: .milliseconds(1_700_000_000_500)))
    counters.reloaded(snapshot: 4, at: WallTime(seconds: 1_700_000_001))
    counters.refused("why", at: WallTime(seconds: 1_700_000_002))
    var process = ProcessFigures(version: "0.1.0", started: counters.started)
    (process.logLinesLost, process.openDescriptors, process.cpu) = (9, 12, .milliseconds(1_250))
    var certificate = CertificateFigures(
      profile: "front", file: Self.hostile, notAfter: WallTime(seconds: 1_800_000_000))
    (certificate.names, certificate.refusal) = (["a.test", "b.test"], "why")
    var changes = CertificateChanges()
    (changes.taken, changes.refused) = (3, 1)
    return MetricsPage(
      routes: registry.figures(), listeners: registry.listenerFigures(), servers: [server], cache: cache,
      reloads: counters.reloads, process: process, certificates: [certificate], certificateChanges: changes)
  }

  @Test("the page is what a scraper reads, and says what was counted")
  func values() throws {
    let read = try Exposition(page().text())
    let route = ["site": "mygov", "route": "search"]
    func labels(_ more: [String: String]) -> [String: String] { route.merging(more) { $1 } }
    #expect(read.value("yett_requests_total", labels(["class": "2xx", "cache": "miss"])) == 4)
    #expect(read.value("yett_requests_total", labels(["class": "none", "cache": "none"])) == 1)
    #expect(read.value("yett_request_endings_total", labels(["ending": "client_gone"])) == 1)
    #expect(read.value("yett_first_byte_seconds_count", route) == 5)
    #expect(read.value("yett_request_duration_seconds_sum", route) == 60.614)
    #expect(read.value("yett_target_threshold_seconds", labels(["measure": "total"])) == 0.3)
    #expect(read.value("yett_target_ratio", labels(["objective": "availability"])) == 0.999)
    for (objective, result, count) in [
      ("availability", "good", 4.0), ("availability", "bad", 1), ("latency", "good", 2), ("latency", "bad", 2),
    ] {
      #expect(read.value("yett_target_requests_total", labels(["objective": objective, "result": result])) == count)
    }
    #expect(read.value("yett_listener_failures_total", ["listener": "https", "reason": "handshake_failed"]) == 1)
    #expect(read.value("yett_server_eligible", ["pool": "search", "server": "search-1"]) == 0)
    let certificate = ["profile": "front", "file": Self.hostile, "name": "a.test"]
    #expect(read.value("yett_certificate_not_after_timestamp_seconds", certificate) == 1_800_000_000)
    #expect(read.value("yett_certificate_refused", certificate) == 1)
    #expect(read.value("yett_certificate_changes_total", ["result": "taken"]) == 3)
    #expect(read.value("yett_certificate_changes_total", ["result": "refused"]) == 1)
    #expect(read.value("yett_cache_limit_bytes") == 536_870_912)
    #expect(read.value("yett_last_reload_success") == 0)
    #expect(read.value("yett_last_reload_timestamp_seconds") == 1_700_000_002)
    #expect(read.value("yett_snapshot_number") == 4)
    #expect(read.value("yett_log_lines_lost_total") == 9)
    #expect(read.value("yett_build_info", ["version": "0.1.0"]) == 1)
    #expect(read.value("process_start_time_seconds") == 1_700_000_000.5)
    #expect(read.value("process_cpu_seconds_total") == 1.25)
    #expect(read.value("yett_sent_bytes_total", ["site": Self.hostile, "route": "pages"]) == 1_000)
  }

  @Test("bounds ascend, include the target's, and count what does not exceed them")
  func buckets() throws {
    let read = try Exposition(page().text())
    for family in ["yett_first_byte_seconds", "yett_request_duration_seconds"] {
      let buckets = read.samples.filter { $0.name == family + "_bucket" && $0.labels["site"] == "mygov" }
      let bounds = buckets.compactMap { $0.labels["le"].flatMap { Double($0.replacing("+Inf", with: "inf")) } }
      #expect(bounds == bounds.sorted())
      #expect(Set(bounds).count == MetricsPage.bounds.count + 2)
      #expect(buckets.map(\.value) == buckets.map(\.value).sorted())
      #expect(buckets.first { $0.labels["le"] == "0.3" }?.value == 2)
      #expect(buckets.first { $0.labels["le"] == "30" }?.value == 4)
      #expect(buckets.last?.labels["le"] == "+Inf")
      #expect(buckets.last?.value == 5)
    }
    #expect(read.samples.contains { $0.labels["site"] == Self.hostile && $0.labels["le"] == "0.3" } == false)
  }

  @Test("counters end in _total, and every type is one that the format knows")
  func conventions() throws {
    for (name, type) in try Exposition(page().text()).types {
      #expect(["counter", "gauge", "histogram"].contains(type))
      #expect((type == "counter") == name.hasSuffix("_total"), "\(name)")
    }
  }

  @Test(
    "seconds are written exactly",
    arguments: [(0, "0"), (1, "0.000000001"), (300_000_000, "0.3"), (12_000_000_000, "12"), (-1_500_000_000, "-1.5")])
  func seconds(nanoseconds: Int64, text: String) {
    var writer = ExpositionWriter()
    writer.sample("x", [], seconds: Nanoseconds(nanoseconds))
    #expect(String(decoding: writer.octets, as: UTF8.self) == "x \(text)\n")
  }

  @Test("numbers that are none have the format's names")
  func odd() {
    var writer = ExpositionWriter()
    for value in [Double.nan, .infinity, -.infinity, 0.25] { writer.sample("x", [], value) }
    #expect(String(decoding: writer.octets, as: UTF8.self) == "x NaN\nx +Inf\nx -Inf\nx 0.25\n")
  }
}
