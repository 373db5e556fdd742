import Testing

@Suite("TLS")
struct TLSTests {
  /// A listener with certificates for these names, and a fixed response behind it.
  static func secure(_ names: [String], in folder: TemporaryFolder, profile: String = "intermediate") throws -> Setup {
    let certificates = try names.map { try Certificate(for: $0, in: folder) }
    var setup = Setup(routes: [Setup.Route(keys: "respond: { status: 200, body: secure }")])
    setup.listeners = [#"{ name: https, bind: "127.0.0.1:0", tls: front }"#]
    setup.more = Certificate.profile(certificates, profile: profile)
    return setup
  }

  /// curl as a client that believes the certificate of `name`.
  static func curl(_ yett: Yett, _ name: String, _ arguments: String...) throws -> Curl.Transfer {
    guard case .port(let port) = try yett.endpoint("https") else { throw Unmet("no port") }
    return try Curl.get(
      ["--cacert", yett.folder.path(of: "\(name).pem"), "--resolve", "\(name):\(port):127.0.0.1"] + arguments
        + ["https://\(name):\(port)/"])
  }

  @Test("1.2 and 1.3 are spoken, older versions not", arguments: [("1.2", true), ("1.3", true), ("1.1", false)])
  func versions(version: String, isSpoken: Bool) throws {
    let folder = try TemporaryFolder()
    try withYett(Self.secure(["a.example"], in: folder), in: folder) { yett throws in
      let transfer = try Self.curl(yett, "a.example", "--tls-max", version, "--ciphers", "DEFAULT@SECLEVEL=0")
      #expect((transfer.exit == .code(0)) == isSpoken, "\(transfer.trace)")
      if isSpoken { #expect(transfer.body == "secure" && transfer.trace.contains("TLSv\(version)")) }
    }
  }

  @Test("the modern profile speaks 1.3 alone")
  func modern() throws {
    let folder = try TemporaryFolder()
    try withYett(Self.secure(["a.example"], in: folder, profile: "modern"), in: folder) { yett throws in
      #expect(try Self.curl(yett, "a.example").body == "secure")
      #expect(try Self.curl(yett, "a.example", "--tls-max", "1.2").exit != .code(0))
    }
  }

  @Test("the certificate is chosen by SNI")
  func sni() throws {
    let folder = try TemporaryFolder()
    try withYett(Self.secure(["a.example", "b.example"], in: folder), in: folder) { yett throws in
      for name in ["a.example", "b.example"] { #expect(try Self.curl(yett, name).body == "secure", "\(name)") }
    }
  }

  @Test("origins are told that the client came by https")
  func forwardedProto() throws {
    let (folder, origin) = (try TemporaryFolder(), try AutomaticOrigin { .ok($0["X-Forwarded-Proto"] ?? "") })
    var setup = try Self.secure(["a.example"], in: folder)
    setup.pools = [Setup.Pool(servers: [origin.endpoint.description])]
    setup.routes = [Setup.Route(keys: "pool: main, cache: off")]
    try withYett(setup, in: folder) { yett throws in
      #expect(try Self.curl(yett, "a.example").body == "https")
    }
  }

  @Test("a large body comes whole")
  func large() throws {
    let folder = try TemporaryFolder()
    let origin = try AutomaticOrigin { _ in .ok(String(repeating: "b", count: 3_000_000)) }
    var setup = try Self.secure(["a.example"], in: folder)
    setup.pools = [Setup.Pool(servers: [origin.endpoint.description])]
    setup.routes = [Setup.Route(keys: "pool: main, cache: off")]
    try withYett(setup, in: folder) { yett throws in
      #expect(try Self.curl(yett, "a.example").body.utf8.count == 3_000_000)
    }
  }

  @Test(
    "what is no handshake ends its connection and nothing else",
    arguments: ["GET / HTTP/1.1\r\n\r\n", "\u{16}\u{3}\u{1}\u{FF}", "\0"])
  func nonsense(text: String) throws {
    let folder = try TemporaryFolder()
    var setup = try Self.secure(["a.example"], in: folder)
    setup.limits = "handshake_timeout: 300ms"
    try withYett(setup, in: folder) { yett in
      let client = try yett.connect(to: "https")
      try client.send(text)
      _ = try client.rest()
      #expect(try Self.curl(yett, "a.example").body == "secure")
    }
  }

  @Test("more handshakes than may be under way are refused and counted, until one of them ends")
  func handshakes() throws {
    let folder = try TemporaryFolder()
    var setup = try Self.secure(["a.example"], in: folder)
    setup.limits = "handshakes: 1"
    try withYett(setup, in: folder) { yett in
      let silent = try yett.connect(to: "https")
      #expect(try yett.connect(to: "https").rest().octets.isEmpty)
      #expect(try yett.metric(#"yett_listener_failures_total{listener="https",reason="handshake_limit"}"#) == 1)
      silent.close()
      // Its end may be read after the next one's beginning.
      let deadline = Deadline.patient
      while try yett.metric(#"yett_listener_connections{listener="https"}"#) != 0 {
        guard !deadline.isOver else { throw Unmet("the silent one is still there") }
      }
      #expect(try Self.curl(yett, "a.example").body == "secure")
    }
  }

  @Test("openssl agrees on http/1.1 by ALPN")
  func alpn() throws {
    let folder = try TemporaryFolder()
    try withYett(Self.secure(["a.example"], in: folder), in: folder) { yett throws in
      let run = try Program.run("openssl", ["s_client", "-connect", "\(yett.endpoint("https"))", "-alpn", "http/1.1"])
      #expect((run.output + run.errors).contains("ALPN protocol: http/1.1"))
    }
  }
}
