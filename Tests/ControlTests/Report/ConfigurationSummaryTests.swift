import Configuration
import TLS
import Telemetry
import Testing
import Time

@testable import Control

@Suite("What `yett check` says of a configuration that is good")
struct ConfigurationSummaryTests {
  static let text = """
    listeners:
      - { name: http, bind: "[::]:80", redirect_to: https }
      - { name: https, bind: "[::]:443", tls: front }
    tls: { front: { certificates: [{ chain: a.pem, key: a.key }] } }
    pools:
      app: { servers: [{ address: "a:1" }, { address: "b:1" }] }
      old: { servers: [{ address: "c:1" }] }
    sites:
      - name: body
        hosts: ["*"]
        routes:
          - { name: all, path: /, pool: app, target: { latency: 100ms, percentile: 95, availability: 99.9% } }
          - { name: news, path: /news, redirect: { to: /publications } }
    cache: { memory: 64MiB }
    log: { access: off }
    admin: { socket: /run/a.sock, bind: "127.0.0.1:9000" }
    """

  static func summary(_ text: String = text) throws -> ConfigurationSummary {
    let made = try SelfSignedCertificate.make()
    let certificate = try Certificate(chainPEM: made.chainPEM, from: "a.pem", keyPEM: made.keyPEM, from: "a.key")
    let configuration = try Configuration.decode(Array(text.utf8), file: "y")
    return try ConfigurationSource.value(
      configuration, certificates: ["front": try CertificateSet([certificate], of: "front")]
    ).check()
  }

  @Test("is a line for each kind of thing, with what there is of it")
  func text() throws {
    let effective = try EffectiveProfile(of: .intermediate)
    #expect(effective.suites12.count == 6 && effective.suites13.count == 3 && effective.groups.count >= 3)
    let lines = try Self.summary().text(now: WallTime(seconds: 0)).split(separator: "\n")
    #expect(
      lines.filter { !$0.hasPrefix("  1 certificate   a.pem expires on ") } == [
        "  2 listeners     http on [::]:80 (redirects to https), https on [::]:443 (TLS front: h2, http/1.1)",
        "  TLS front       intermediate: TLSv1.2, TLSv1.3",
        "    groups        \(effective.groups.joined(separator: ", "))",
        "    with TLSv1.3  \(effective.suites13.joined(separator: ", "))",
        "    with TLSv1.2  \(effective.suites12.joined(separator: ", "))",
        "  1 site          body",
        "  2 routes        1 to pools, 1 redirected; 1 with a target",
        "  2 pools         app (2 servers), old (1 server, no route uses it)",
        "  cache           64.0 MiB",
        "  access log      off",
        "  administration  /run/a.sock, 127.0.0.1:9000 (reads alone)",
      ])
    #expect(lines.count == 12)
  }

  @Test("an expired certificate is told")
  func expired() throws {
    #expect(try Self.summary().text(now: .readClock() + .seconds(86_400 * 4_000)).contains("a.pem EXPIRED on 20"))
  }

  @Test("TLS to origins is told, and warned of where nothing is verified")
  func origins() throws {
    let text = Self.text.replacing(#"[{ address: "c:1" }]"#, with: #"[{ address: "c:1" }], tls: { verify: false }"#)
    let lines = try Self.summary(text).text(now: WallTime(seconds: 0)).split(separator: "\n")
    let pools = "  2 pools         app (2 servers), old (1 server over TLS, not verified, no route uses it)"
    #expect(lines.contains { $0 == pools })
    #expect(lines.first?.hasPrefix("  warning: pool `old` does not verify its servers") == true)
    var writer = JSONWriter()
    writer.beginObject()
    try Self.summary(text).put(into: &writer)
    let json = String(decoding: writer.octets, as: UTF8.self)
    let start = #""warnings":[{"file":"the built-in configuration","line":0,"column":0,"message":"pool `old` does not "#
    #expect(json.contains(start) && json.split(separator: #""warnings""#).count == 2, "\(json)")
  }

  @Test("of many the first five are named, and the others counted")
  func many() throws {
    let listeners = (0..<7).map { "  - { name: l\($0), bind: \"127.0.0.1:\(8000 + $0)\" }\n" }.joined()
    let text = Self.text.replacing("listeners:\n", with: "listeners:\n" + listeners)
    #expect(try Self.summary(text).text(now: WallTime(seconds: 0)).contains("l4 on 127.0.0.1:8004 and 4 more\n"))
  }

  @Test("as JSON it is numbers")
  func json() throws {
    var writer = JSONWriter()
    writer.beginObject()
    try Self.summary().put(into: &writer)
    writer.endObject()
    let text = String(decoding: writer.octets, as: UTF8.self)
    #expect(
      text.hasPrefix(
        #"{"listeners":2,"tls":[{"name":"front","profile":"intermediate","strict_sni":false,"versions":["TLSv1.2","TLSv1.3"],"suites":["TLS_"#
      ))
    #expect(text.contains(#""X25519","P-256","P-384"]}],"certificates":1,"certificates_expire":"20"#))
    #expect(text.hasSuffix(#"Z","warnings":[],"sites":1,"routes":2,"pools":2,"servers":3}"#))
  }
}
