import Testing

@Suite("What a site says over TLS")
struct SiteTests {
  /// Two names, each with a certificate of its own, of one site that promises HTTPS.
  private static func setup(in folder: TemporaryFolder, origin: Endpoint) throws -> Setup {
    var setup = try TLSTests.secure(["a.example", "b.example"], in: folder)
    setup.listeners.append(#"{ name: http, bind: "127.0.0.1:0" }"#)
    setup.pools = [Setup.Pool(servers: [origin.description])]
    setup.routes = [Setup.Route(keys: "pool: main")]
    return setup
  }

  @Test("RFC 6797 §7: `hsts` is said by HTTPS alone, in place of what an origin says, and from memory as well")
  func transportSecurity() throws {
    let folder = try TemporaryFolder()
    let origin = try AutomaticOrigin { _ in
      .ok("hello", "Cache-Control: max-age=60", "Strict-Transport-Security: max-age=1")
    }
    let setup = try Self.setup(in: folder, origin: origin.endpoint)
    let text = setup.yaml(in: folder).replacing("hosts: [\"*\"]", with: "hosts: [\"*\"]\n    hsts: 365d")
    try withYett(setup, in: folder) { yett throws in
      guard case .taken = try yett.reload(text: text) else { throw Unmet("it was refused") }
      for _ in 0..<2 {
        let transfer = try TLSTests.curl(yett, "a.example")
        #expect(transfer.body == "hello")
        let lines = transfer.trace.lowercased().split(whereSeparator: \.isNewline).filter {
          $0.contains("strict-transport-security")
        }
        #expect(lines.map { $0.filter { !$0.isWhitespace } } == ["<strict-transport-security:max-age=31536000"])
      }
      let answer = try yett.ask()
      #expect(answer.status == 200 && answer["Strict-Transport-Security"] == "max-age=1", "the origin's own")
    }
  }

  @Test("RFC 9110 §15.5.20: 421 where the host is none of the connection's certificate, and only there")
  func misdirected() throws {
    let folder = try TemporaryFolder()
    let origin = try AutomaticOrigin { _ in .ok("hello") }
    try withYett(Self.setup(in: folder, origin: origin.endpoint), in: folder) { yett throws in
      for (host, status) in [("a.example", 200), ("b.example", 421), ("A.example:443", 200), ("127.0.0.1", 421)] {
        let transfer = try TLSTests.curl(yett, "a.example", "-H", "Host: \(host)")
        #expect(transfer.status == status, "\(host)")
      }
      // Who asks for an address names no server.
      let plain = try Curl.get(["-k", "https://\(yett.endpoint("https"))/"])
      #expect(plain.status == 200)
      let other = try Curl.get(["-k", "-H", "Host: b.example", "https://\(yett.endpoint("https"))/"])
      #expect(other.status == 421)
      #expect(
        try yett.ask("GET / HTTP/1.1\r\nHost: b.example\r\nConnection: close\r\n\r\n").status == 200,
        "in cleartext nothing vouches for any host")
    }
  }
}
