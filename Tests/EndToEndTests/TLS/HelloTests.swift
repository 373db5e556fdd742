import Foundation
import Testing

/// `openssl s_client` as a client that says one hello and leaves.
enum OpenSSL {
  /// What it says of the connection.
  static func connect(_ yett: Yett, to listener: String = "https", _ arguments: String...) throws -> String {
    let run = try Program.run("openssl", ["s_client", "-connect", "\(yett.endpoint(listener))"] + arguments)
    return run.output + run.errors
  }
}

@Suite("What a ClientHello gets")
struct HelloTests {
  private static func setup(_ listeners: [String], strict: Bool = false, in folder: TemporaryFolder) throws -> Setup {
    var setup = try TLSTests.secure(["a.example", "b.example"], in: folder)
    setup.listeners = listeners
    if strict { setup.more = setup.more.replacing("profile: intermediate", with: "strict_sni: true") }
    return setup
  }

  @Test("RFC 7301 §3.2: listeners of one profile agree each on protocols of its own, or on none")
  func protocols() throws {
    let folder = try TemporaryFolder()
    let listeners = [
      #"{ name: one, bind: "127.0.0.1:0", tls: front, protocols: [http/1.1] }"#,
      #"{ name: two, bind: "127.0.0.1:0", tls: front, protocols: [h2, http/1.1] }"#,
    ]
    try withYett(Self.setup(listeners, in: folder), in: folder) { yett throws in
      let cases = [
        ("one", "h2,http/1.1", "ALPN protocol: http/1.1"), ("two", "http/1.1,h2", "ALPN protocol: h2"),
        ("two", "http/1.1", "ALPN protocol: http/1.1"), ("one", "h2", "SSL alert number 120"),
        ("two", "acme-tls/1", "SSL alert number 120"),
      ]
      for (listener, offer, says) in cases {
        let text = try OpenSSL.connect(yett, to: listener, "-alpn", offer, "-servername", "a.example")
        #expect(text.contains(says), "\(listener), \(offer): \(text)")
      }
      #expect(try yett.metric(#"yett_listener_failures_total{listener="one",reason="handshake_failed"}"#) == 1)
    }
  }

  @Test("RFC 6066 §3: without a name the first certificate is shown, or with `strict_sni` an alert")
  func strict() throws {
    let folder = try TemporaryFolder()
    let listeners = [#"{ name: https, bind: "127.0.0.1:0", tls: front }"#]
    let cases = [
      (["-noservername"], "CN = a.example", "SSL alert number 112"),
      (["-servername", "nobody.example"], "CN = a.example", "SSL alert number 112"),
      (["-servername", "b.example"], "CN = b.example", "CN = b.example"),
    ]
    for isStrict in [false, true] {
      try withYett(Self.setup(listeners, strict: isStrict, in: folder), in: folder) { yett throws in
        for (arguments, lenient, strict) in cases {
          let run = try Program.run("openssl", ["s_client", "-connect", "\(yett.endpoint("https"))"] + arguments)
          let text = run.output + run.errors
          #expect(text.contains(isStrict ? strict : lenient), "\(arguments), \(isStrict): \(text)")
        }
      }
    }
  }

  @Test("`yett check` prints versions, suites and groups of each profile, and JSON has them")
  func check() throws {
    let folder = try TemporaryFolder()
    var setup = try Self.setup([#"{ name: https, bind: "127.0.0.1:0", tls: front }"#], strict: true, in: folder)
    setup.more += "\n  back: { profile: modern, certificates: [{ chain: a.example.pem, key: a.example.key }] }"
    setup.more = setup.more.replacing("tls: { front:", with: "tls:\n  front:").replacing("] } }\n", with: "] }\n")
    let file = try folder.write(setup.yaml(in: folder), to: "yett.yaml")
    let run = try Program.run(Yett.executable, ["check", file])
    #expect(run.exit == .code(0), "\(run.errors)")
    for line in [
      "TLS front       intermediate, strict SNI: TLSv1.2, TLSv1.3\n", "TLS back        modern: TLSv1.3\n",
      "with TLSv1.3  TLS_AES_128_GCM_SHA256, ", "with TLSv1.2  ECDHE-ECDSA-AES128-GCM-SHA256, ",
      "X25519, P-256, P-384\n",
    ] { #expect(run.output.contains(line), "\(run.output)") }
    #expect(run.output.split(separator: "\n").count { $0.contains("with TLSv1.2") } == 1, "not of modern")
    let report = try Program.run(Yett.executable, ["check", "--json", file]).output
    let json = try JSONSerialization.jsonObject(with: Data(report.utf8)) as? [String: Any]
    let profiles = json?["tls"] as? [[String: Any]] ?? []
    #expect(profiles.map { $0["name"] as? String } == ["front", "back"])
    #expect(profiles.map { ($0["suites"] as? [String])?.count } == [9, 3])
  }
}
