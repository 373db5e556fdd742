import Testing
import Time

@testable import Upstream

@Suite("HealthPlan: the request of a check")
struct HealthPlanTests {
  private func plan(path: String, host: String? = nil) throws(HealthPlanError) -> HealthPlan {
    try HealthPlan(path: path, host: host, interval: .seconds(2), timeout: .seconds(1), rise: 2, fall: 3)
  }

  @Test("RFC 9112 §3: a whole request with Host, closed behind it", arguments: [nil, "www.mygov.scot"])
  func request(host: String?) throws {
    let octets = try plan(path: "/healthz?deep=1", host: host).request(to: "10.1.0.11:8080")
    #expect(
      String(decoding: octets, as: UTF8.self)
        == "GET /healthz?deep=1 HTTP/1.1\r\nHost: \(host ?? "10.1.0.11:8080")\r\nUser-Agent: Yett-health-check\r\n"
        + "Accept: */*\r\nConnection: close\r\n\r\n")
  }

  @Test(
    "RFC 9112 §11.1: nothing in a path or host makes another request of it",
    arguments: [
      ("", nil, HealthPlanError.path), ("healthz", nil, .path), ("/a b", nil, .path), ("/a\r\nX: y", nil, .path),
      ("/\u{7F}", nil, .path), ("/é", nil, .path), ("/", "a\nb", .host), ("/", "", .host), ("/", "a b", .host),
    ])
  func refused(path: String, host: String?, error: HealthPlanError) {
    #expect(throws: error) { try plan(path: path, host: host) }
  }

  @Test("what is too small is made 1")
  func bounds() throws {
    let plan = try HealthPlan(path: "/", interval: .zero, timeout: Nanoseconds(-1), rise: 0, fall: -3)
    #expect(plan.interval == .milliseconds(1))
    #expect(plan.timeout == .milliseconds(1))
    #expect(plan.rise == 1)
    #expect(plan.fall == 1)
  }
}

@Suite("HealthChange: one line of the log")
struct HealthChangeTests {
  private let server = ServerName(pool: "publishing", server: "a")

  @Test("says what, from what, and why")
  func words() {
    #expect(
      HealthChange(server: server, from: .up, to: .down, reason: "refused the connection").description
        == "publishing/a is down, was up: refused the connection")
    #expect(
      HealthChange(server: server, from: .up, to: .up, reason: "name does not resolve: a.example").description
        == "publishing/a stays up: name does not resolve: a.example")
  }
}
