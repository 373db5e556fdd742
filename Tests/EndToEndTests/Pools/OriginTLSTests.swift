import Testing

@Suite("TLS to origins: connections")
struct OriginTLSTests {
  static let tls = "tls: { ca: Test-CA.pem, name: a.example }"

  static func nginx(_ locations: String, in folder: TemporaryFolder) throws -> Nginx {
    try Nginx(locations, certificate: Authority(in: folder).issue("a.example"))
  }

  /// A line with all these words.
  static func isTold(_ words: String...) -> (String) -> Void? {
    { line in words.allSatisfy { line.contains($0) } ? () : nil }
  }

  @Test("a connection is kept for the next request, and a session for the next connection")
  func kept() throws {
    let folder = try TemporaryFolder()
    let nginx = try Self.nginx(
      #"location / { return 200 "$ssl_session_reused $connection_requests"; }"#, in: folder)
    try withYett(Setup(nginx.endpoint, pool: Self.tls), in: folder) { yett throws in
      #expect(try (0..<3).map { _ in try yett.ask().text } == [". 1", ". 2", ". 3"])
    }
    try withYett(Setup(nginx.endpoint, pool: Self.tls + ", idle_connections: 0"), in: folder) { yett throws in
      #expect(try (0..<4).map { _ in try yett.ask().text } == [". 1", "r 1", "r 1", "r 1"])
    }
  }

  @Test("RFC 8446 §4.6: what TLS has to say while a connection waits does not end it")
  func keyUpdate() throws {
    let folder = try TemporaryFolder()
    let server = try SecureServer(
      Authority(in: folder).issue("a.example"), "-naccept", "1")
    try withYett(Setup(server.endpoint, pool: Self.tls), in: folder) { yett throws in
      for turn in ["one", "two"] {
        let client = try yett.connect()
        try client.send(.get("/", "Connection: close"))
        try server.answer(.ok(turn))
        #expect(try client.answer().text == turn)
        // New keys, and the word that they were sent.
        try server.program.say("K\n")
        try server.program.output.first(Self.isTold("SSL_do_handshake -> 1"))
      }
    }
  }

  @Test("an origin of TLS 1.2 is spoken to, one of 1.1 alone is not", arguments: [("1.2", true), ("1.1", false)])
  func versions(version: String, isSpoken: Bool) throws {
    let folder = try TemporaryFolder()
    let nginx = try Self.nginx(
      "ssl_protocols TLSv\(version); ssl_ciphers DEFAULT@SECLEVEL=0;"
        + #"location / { return 200 "$ssl_protocol $ssl_session_reused"; }"#, in: folder)
    try withYett(Setup(nginx.endpoint, pool: Self.tls + ", idle_connections: 0"), in: folder) { yett throws in
      let answers = try (0..<3).map { _ in try yett.ask() }
      #expect(answers.map(\.status) == Array(repeating: isSpoken ? 200 : 502, count: 3))
      if isSpoken { #expect(answers.map(\.text) == ["TLSv1.2 .", "TLSv1.2 r", "TLSv1.2 r"]) }
      let said = try yett.logLine()["why"] as? String
      #expect(isSpoken ? said == nil : said?.contains("failed the TLS handshake (the peer sent alert 70") == true)
    }
  }

  @Test("RFC 9112 §9.8: an answer that ends with its connection, after `close_notify`, is whole")
  func closing() throws {
    let folder = try TemporaryFolder()
    let server = try SecureServer(Authority(in: folder).issue("a.example"), "-www")
    try withYett(Setup(server.endpoint, pool: Self.tls), in: folder) { yett throws in
      #expect(try yett.ask().text.hasSuffix("</HTML>\r\n\r\n"))
      #expect(try yett.logLine()["ending"] as? String == "answered")
    }
  }

  @Test("RFC 9112 §9.8: one that is cut without `close_notify` is whole by its own length alone")
  func cut() throws {
    let folder = try TemporaryFolder()
    for (head, isWhole) in [("Content-Length: 5\r\n", true), ("", false)] {
      let server = try SecureServer(Authority(in: folder).issue("a.example"))
      try withYett(Setup(server.endpoint, pool: Self.tls), in: folder) { yett throws in
        let client = try yett.connect()
        try client.send(.get("/", "Connection: close"))
        try server.answer("HTTP/1.1 200 OK\r\n\(head)\r\nhello")
        _ = try client.octets(through: "hello")
        try server.cut()
        let entry = try isWhole ? [:] : yett.logLine()
        let (rest, ending) = try client.rest()
        #expect(isWhole ? ending == .closed : !String(decoding: rest, as: UTF8.self).contains("0\r\n\r\n"))
        if !isWhole {
          #expect(entry["ending"] as? String == "upstream_failed")
          #expect((entry["why"] as? String)?.contains("without `close_notify`") == true, "\(entry)")
        }
      }
    }
  }

  @Test("an origin that speaks HTTP in cleartext is a 502 that says so")
  func plain() throws {
    let folder = try TemporaryFolder()
    _ = try Authority(in: folder)
    let nginx = try Nginx("location / { return 200; }")
    try withYett(Setup(nginx.endpoint, pool: Self.tls), in: folder) { yett throws in
      #expect(try yett.ask().status == 502)
      #expect(try yett.logLine()["why"] as? String == "main-1 does not speak TLS")
    }
  }

  @Test("one that closes in the handshake is a 502, one that says nothing a 504 after the time to connect")
  func noHandshake() throws {
    let folder = try TemporaryFolder()
    _ = try Authority(in: folder)
    let origin = try Origin()
    let pool = "tls: { ca: Test-CA.pem }, timeouts: { connect: 300ms }"
    try withYett(Setup(origin.endpoint, pool: pool), in: folder) { yett throws in
      // The other with octets in the same turn: of the end behind them there is no news of its own.
      for octets in ["", "\u{16}\u{3}"] {
        let client = try yett.connect()
        try client.send(.get())
        let inside = try origin.accept()
        try yett.whileStopped {
          try inside.send(octets)
          inside.finishSending()
        }
        #expect(try client.answer().status == 502)
        #expect((try yett.logLine()["why"] as? String)?.contains("closed the connection during the handshake") == true)
      }
      // The kernel lets it in, and nobody says a word.
      #expect(try yett.ask().status == 504)
      let entry = try yett.logLine()
      #expect(entry["why"] as? String == "main-1 did not finish the TLS handshake within 300 ms")
      #expect(entry["connect_us"] == nil)
    }
  }

  @Test("one that wants a certificate of ours is a 502 with its alert, which comes after the handshake")
  func clientCertificate() throws {
    let folder = try TemporaryFolder()
    let certificate = try Authority(in: folder).issue("a.example")
    let server = try SecureServer(certificate, "-www", "-Verify", "1")
    try withYett(Setup(server.endpoint, pool: Self.tls), in: folder) { yett throws in
      #expect(try yett.ask().status == 502)
      let said = try yett.logLine()["why"] as? String ?? ""
      #expect(said.contains("TLS, the peer sent alert 116 (certificate required)"), "\(said)")
    }
  }

  @Test("health checks speak TLS too, and say what does not verify")
  func health() throws {
    let folder = try TemporaryFolder()
    let nginx = try Self.nginx(
      #"location /healthz { if ($host != a.example) { return 500; } return 204; } location / { return 200 "up"; }"#,
      in: folder)
    let health = ", health: { path: /healthz, interval: 100ms, rise: 1, fall: 1 }"
    try withYett(Setup(nginx.endpoint, pool: Self.tls + health), in: folder) { yett in
      try yett.program.errors.first(Self.isTold("main/main-1 is up", "answered 204"))
      #expect(try yett.ask().text == "up")
      _ = try Authority("Other CA", in: folder)
      let other = Setup(nginx.endpoint, pool: "tls: { ca: Other-CA.pem, name: a.example }" + health)
      #expect(try yett.reload(other) == .taken(snapshot: 2))
      let why = "showed a certificate that comes from an issuer that is not trusted here (/CN=Test CA)"
      try yett.program.errors.first(Self.isTold("main/main-1 is down", why))
      #expect(try yett.ask().status == 503)
      #expect(try yett.command("status").output.contains(why))
    }
  }

  @Test("a health check of a server that says nothing says so")
  func silentHealth() throws {
    let folder = try TemporaryFolder()
    _ = try Authority(in: folder)
    let origin = try Origin()
    let pool = "tls: { ca: Test-CA.pem }, health: { interval: 100ms, timeout: 100ms, fall: 1 }"
    try withYett(Setup(origin.endpoint, pool: pool), in: folder) { yett in
      try yett.program.errors.first(Self.isTold("is down", "did not finish the TLS handshake within 100 ms"))
    }
  }

  @Test("large bodies pass whole, both ways, in little memory")
  func bulk() throws {
    let folder = try TemporaryFolder()
    let nginx = try Self.nginx("dav_methods PUT; client_body_buffer_size 64k;", in: folder)
    let octets = 200_000_000
    let file = try folder.random("large", octets: octets)
    try withYett(Setup(nginx.endpoint, pool: Self.tls, route: "cache: off, body_limit: 1GiB"), in: folder) {
      yett throws in
      let url = try "http://\(yett.endpoint())/large"
      let up = try Curl.get("--upload-file", file, "--header", "Expect:", url)
      #expect(up.status == 201, "\(up.trace)")
      let down = try Curl.get("--output", folder.path(of: "copy"), url)
      #expect(down.status == 200 && down.exit == .code(0))
      #expect(try Program.run("cmp", [file, folder.path(of: "copy")]).exit == .code(0))
      #expect(try yett.residentMemory(peak: true) < 64 * 1024)
    }
  }

  /// A Yett that speaks TLS for an origin of ours, so that a test can have that say what it wants. Its certificate is
  /// for the requests' host as well: they would be misdirected else (RFC 9110 §15.5.20).
  static func terminator(_ origin: Endpoint, in folder: TemporaryFolder) throws -> Setup {
    var setup = Setup(origin, route: "cache: off, body_limit: 2GiB")
    setup.listeners = [#"{ name: https, bind: "127.0.0.1:0", tls: front }"#]
    setup.more = try Authority(in: folder).issue("a.example", "test.example", "127.0.0.1").profile
    return setup
  }

  @Test("a slow reader of a fast origin grows nothing: the origin is made to wait")
  func slowReader() throws {
    let (folder, origin) = (try TemporaryFolder(), try Origin())
    try withYett(Self.terminator(origin.endpoint, in: folder)) { terminator in
      try withYett(Setup(terminator.endpoint("https"), pool: Self.tls), in: folder) { yett in
        let client = try yett.connect()
        try client.send(.get())
        let (_, inside) = try origin.answer("HTTP/1.1 200 OK\r\nContent-Length: \(1 << 30)\r\n\r\n")
        let before = try yett.residentMemory()
        let sent = inside.stuff(Array(repeating: 0x61, count: 65_536), limit: 1 << 30)
        #expect(sent < 64 << 20, "what all sockets hold")
        #expect(try yett.residentMemory() < before + 4 * 1024)
        _ = try client.head()
        try client.skip(sent / 2)
      }
    }
  }

  @Test("a slow origin of a fast sender grows nothing: the client is made to wait")
  func slowOrigin() throws {
    let (folder, origin) = (try TemporaryFolder(), try Origin())
    try withYett(Self.terminator(origin.endpoint, in: folder)) { terminator in
      let setup = try Setup(
        terminator.endpoint("https"), pool: Self.tls, route: "cache: off, body_limit: 2GiB")
      try withYett(setup, in: folder) { yett in
        let client = try yett.connect()
        try client.send(.get("/", "Content-Length: \(1 << 30)", method: "POST"))
        let inside = try origin.accept()
        let before = try yett.residentMemory()
        let sent = client.stuff(Array(repeating: 0x61, count: 65_536), limit: 1 << 30)
        #expect(sent < 64 << 20)
        #expect(try yett.residentMemory() < before + 4 * 1024)
        _ = try inside.head()
      }
    }
  }
}

extension TemporaryFolder {
  /// A file of random octets; returns its path.
  fileprivate func random(_ name: String, octets: Int) throws -> String {
    let run = try Program.run("openssl", ["rand", "-out", path(of: name), "\(octets)"])
    guard run.exit == .code(0) else { throw Unmet("openssl: \(run.errors)") }
    return path(of: name)
  }
}
