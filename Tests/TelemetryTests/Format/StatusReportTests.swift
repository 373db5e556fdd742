import Foundation
import Testing
import Time

@testable import Telemetry

@Suite("Status: for people and for programs")
struct StatusReportTests {
  func report() -> StatusReport {
    let registry = RecorderRegistry()
    let recorder = registry.recorder(site: "mygov", route: "search", target: .sample(), worker: 0)
    for _ in 0..<98 { recorder.record(.sample(cache: .miss)) }
    recorder.record(.sample(cache: .hit, firstByte: .milliseconds(12)))
    recorder.record(.sample(503, cache: .none))
    _ = registry.recorder(site: "mygov", route: "idle", target: nil, worker: 0)
    let windows = LatencyWindows(since: Instant(sinceStart: .zero))
    var server = ServerFigures(pool: "search", name: "search-1", address: "10.1.0.11:8080")
    (server.checked, server.isEligible, server.reason) = ("down", false, "refused \u{1B}[31m the connection")
    server.changed = WallTime(seconds: 1_000)
    let counters = ProcessCounters(started: WallTime(seconds: 0))
    counters.reloaded(snapshot: 2, at: WallTime(seconds: 10))
    counters.refused("unknown key `helth` at yett.yaml:31:5", at: WallTime(seconds: 20))
    return StatusReport(
      time: WallTime(seconds: 1_045),
      routes: windows.report(since: .seconds(60), now: Instant(sinceStart: .seconds(50)), figures: registry.figures()),
      servers: [server], listeners: [ListenerFigures(name: "https")], cache: CacheFigures(), reloads: counters.reloads,
      process: ProcessFigures(version: "0.1.0", started: counters.started))
  }

  @Test("JSON has routes against their targets, servers with reason, and the last refusal")
  func json() throws {
    let root = try #require(JSONSerialization.jsonObject(with: Data(report().json())) as? [String: Any])
    let route = try #require((root["routes"] as? [[String: Any]])?.first)
    #expect(route["route"] as? String == "search")
    #expect(route["requests"] as? Int == 100)
    #expect(route["requests_per_second"] as? Double == 2)
    #expect(route["error_ratio"] as? Double == 0.01)
    let target = try #require(route["target"] as? [String: Any])
    #expect(target["met"] as? Bool == true)
    let latency = try #require(target["latency"] as? [String: Any])
    #expect((latency["good"] as? Int, latency["bad"] as? Int) == (98, 1))
    let first = try #require(route["first_byte"] as? [String: Any])
    let p50 = try #require(first["p50_us"] as? Int)
    #expect(abs(p50 - 10_000) <= 200)
    let idle = try #require((root["routes"] as? [[String: Any]])?.last)
    #expect(idle["error_ratio"] is NSNull)
    #expect(idle["target"] == nil)
    let servers = try #require(root["servers"] as? [[String: Any]])
    #expect(servers.first?["reason"] as? String == "refused \u{1B}[31m the connection")
    let snapshot = try #require(root["snapshot"] as? [String: Any])
    #expect(
      (snapshot["last_refusal"] as? [String: Any])?["reason"] as? String == "unknown key `helth` at yett.yaml:31:5")
  }

  @Test("text is in columns, and steers no terminal")
  func text() {
    let text = report().text()
    #expect(text.contains("REFUSED 1970-01-01T00:00:20Z: unknown key `helth` at yett.yaml:31:5"))
    #expect(text.contains("mygov/search"))
    #expect(text.contains("p95 10ms, 99%"))
    #expect(text.contains("search/search-1  10.1.0.11:8080  down (gets nothing)"))
    #expect(text.contains("refused ?[31m the connection, for 45s"))
    #expect(!text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
    #expect(!text.split(separator: "\n").contains { $0.hasSuffix(" ") })
  }

  /// Twelve, of which the fifth is refused, and the last names of what nothing is served.
  private func withCertificates() -> StatusReport {
    var report = report()
    report.certificates = (0..<12).map { number in
      var one = CertificateFigures(
        profile: "front", file: "c\(number).pem", notAfter: report.time + .seconds(86_400 * Int64(20 - number) + 60))
      (one.names, one.key) = (["a\(number).test", "b.test", "c.test"], "ECDSA 256")
      return one
    }
    report.certificates[0].notAfter = report.time + .seconds(-1)
    report.certificates[5].refusal = "c5.key: \u{1B} no key"
    report.certificates[11].notAfter = nil
    report.certificates[11].refusal = "c11.pem: no certificate"
    return report
  }

  @Test("of certificates people see what is refused, then what expires first, ten in all")
  func certificates() {
    let text = withCertificates().text()
    let lines = text.split(separator: "\n").filter { $0.hasPrefix("front ") }.map {
      $0.split(separator: "  ").map { $0.trimmingPrefix(" ") }
    }
    #expect(lines.map { $0[0] } == [11, 5, 0, 10, 9, 8, 7, 6, 4, 3].map { "front c\($0).pem" })
    #expect(lines.first?.last == "REFUSED: c11.pem: no certificate")
    #expect(lines[1].suffix(2) == ["15d 0h", "REFUSED: c5.key: ? no key"])
    #expect(lines[2].dropFirst() == ["a0.test and 2 more", "ECDSA 256", "1970-01-01", "EXPIRED"])
    #expect(text.contains("\nand 2 more, the next of which expires in 18d 0h\n"))
    #expect(!report().text().contains("certificate"))
  }

  @Test("JSON has each certificate with its days to expiry")
  func certificatesJSON() throws {
    let root = try JSONSerialization.jsonObject(with: Data(withCertificates().json())) as? [String: Any]
    let certificates = try #require(root?["certificates"] as? [[String: Any]])
    #expect(certificates.count == 12)
    #expect(certificates[1]["days_left"] as? Double == 19)
    #expect(certificates[1]["names"] as? [String] == ["a1.test", "b.test", "c.test"])
    #expect((certificates[0]["days_left"] as? Double).map { $0 <= 0 } == true)
    #expect(certificates[5]["refused"] as? String == "c5.key: \u{1B} no key")
    #expect(certificates[11]["expires"] is NSNull && certificates[1]["refused"] is NSNull)
  }

  @Test(
    "spans of time have three digits at most",
    arguments: [
      (0, "0us"), (85_400, "85us"), (999_400, "999us"), (999_600, "1.0ms"), (1_240_000, "1.2ms"), (9_960_000, "10ms"),
      (310_000_000, "310ms"), (999_600_000, "1.0s"), (2_500_000_000, "2.5s"),
    ] as [(Int64, String)])
  func latency(nanoseconds: Int64, text: String) {
    #expect(StatusReport.latency(Nanoseconds(nanoseconds)) == text)
  }

  @Test(
    "what is nearly all is not all, and what is nearly nothing not nothing",
    arguments: [
      (nil, "-"), (1, "100.0%"), (0.99999, ">99.9%"), (0.9994, "99.9%"), (0.125, "12.5%"), (0, "0.0%"),
      (0.0001, "<0.1%"), (-1, "-100.0%"), (.nan, "-%"),
    ] as [(Double?, String)])
  func percent(ratio: Double?, text: String) { #expect(StatusReport.percent(ratio) == text) }

  @Test(
    "sizes and durations",
    arguments: [
      (StatusReport.size(512), "512 B"), (StatusReport.size(12_897_485), "12.3 MiB"),
      (StatusReport.size(.max), "16777216.0 TiB"), (StatusReport.duration(.seconds(119)), "119s"),
      (StatusReport.duration(.seconds(12_000)), "3h 20m"), (StatusReport.duration(.seconds(791_000)), "9d 3h"),
      (StatusReport.duration(.seconds(-5)), "0s"),
    ])
  func units(text: String, expected: String) { #expect(text == expected) }
}
