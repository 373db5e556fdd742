import Testing

@Suite("TLS to origins: whose certificate is believed")
struct OriginTrustTests {
  /// What a server shows, when Yett trusts the Test CA and calls the server by its address.
  enum Shown: String, CaseIterable {
    case good, otherName, expired, otherIssuer, selfSigned
  }

  static func certificate(_ shown: Shown, in folder: TemporaryFolder) throws -> Certificate {
    let authority = try Authority(in: folder)
    return switch shown {
    case .good: try authority.issue("a.example", "127.0.0.1")
    case .otherName: try authority.issue("a.example", "10.0.0.1")
    case .expired: try authority.issue("127.0.0.1", days: -1)
    case .otherIssuer: try Authority("Other CA", in: folder).issue("127.0.0.1")
    case .selfSigned: try Certificate(for: "a.example", in: folder)
    }
  }

  static func setup(_ server: Endpoint, _ tls: String, more: String = "") -> Setup {
    Setup(server, pool: "tls: \(tls)\(more)")
  }

  @Test(
    "what does not verify is a 502, and the log says what did not",
    arguments: [
      (Shown.good, nil), (.otherName, "names a.example, 10.0.0.1, not 127.0.0.1"), (.expired, "expired on 20"),
      (.otherIssuer, "comes from an issuer that is not trusted here (/CN=Other CA)"),
      (.selfSigned, "is signed by itself and not trusted here"),
    ])
  func shown(shown: Shown, why: String?) throws {
    let folder = try TemporaryFolder()
    let server = try SecureServer(Self.certificate(shown, in: folder), "-www")
    try withYett(Self.setup(server.endpoint, "{ ca: Test-CA.pem }"), in: folder) { yett throws in
      let answer = try yett.ask()
      let entry = try yett.logLine()
      #expect(answer.status == (why == nil ? 200 : 502))
      #expect(entry["server"] as? String == "main-1")
      if let why {
        let said = entry["why"] as? String ?? ""
        #expect(said.hasPrefix("main-1 showed a certificate that \(why)"), "\(said)")
        #expect(entry["connect_us"] == nil, "there was no connection")
        #expect(!answer.text.contains("example") && !answer.text.contains("127.0.0.1"), "the client is told nothing")
      } else {
        #expect(answer.text.contains("TLSv1.3") && entry["connect_us"] != nil)
      }
    }
  }

  @Test("anything is taken where nothing is verified, and that is said at the start", arguments: Shown.allCases)
  func unverified(shown: Shown) throws {
    let folder = try TemporaryFolder()
    let server = try SecureServer(Self.certificate(shown, in: folder), "-www")
    let setup = Self.setup(server.endpoint, "{ verify: false }")
    let warning = "pool `main` does not verify its servers"
    try withYett(setup, in: folder) { yett throws in
      #expect(try yett.ask().status == 200)
      let check = try Program.run(Yett.executable, ["check", folder.path(of: "yett.yaml")])
      #expect(check.exit == .code(0) && check.output.contains("  warning: \(warning)"), "\(check.output)")
      #expect(yett.program.errors.said.contains(warning))
    }
  }

  @Test("a name of the pool's is asked for and looked for in place of the address")
  func name() throws {
    let folder = try TemporaryFolder()
    let certificate = try Self.certificate(.otherName, in: folder)
    let nginx = try Nginx(#"location / { return 200 "$ssl_server_name $host"; }"#, certificate: certificate)
    let setup = Self.setup(nginx.endpoint, "{ ca: Test-CA.pem, name: A.example }")
    try withYett(setup, in: folder) { yett throws in
      #expect(try yett.ask().text == "a.example test.example", "the Host stays the client's")
      #expect(
        try yett.reload(Self.setup(nginx.endpoint, "{ ca: Test-CA.pem, name: b.example }")) == .taken(snapshot: 2))
      #expect(try yett.ask().status == 502, "no connection that was verified as another is used")
      let entry = try yett.logLine { $0["status"] as? Int == 502 }
      #expect((entry["why"] as? String)?.contains("names a.example, 10.0.0.1, not b.example") == true, "\(entry)")
    }
  }

  @Test("without a CA it is the system's store; where that is empty the configuration is refused")
  func system() throws {
    let folder = try TemporaryFolder()
    let server = try SecureServer(Self.certificate(.good, in: folder), "-www")
    let store = ["SSL_CERT_FILE": folder.path(of: "Test-CA.pem"), "SSL_CERT_DIR": "/nowhere"]
    try withYett(Self.setup(server.endpoint, "true"), in: folder, environment: store) { yett throws in
      #expect(try yett.ask().status == 200)
    }
    let nothing = ["SSL_CERT_FILE": "/nowhere", "SSL_CERT_DIR": "/nowhere"]
    let check = try Program.run(Yett.executable, ["check", folder.path(of: "yett.yaml")], environment: nothing)
    #expect(check.exit == .code(1))
    let why = "cannot verify servers: the system's store (/nowhere, /nowhere): holds no certificate"
    #expect(check.errors.contains(why) && check.errors.contains("yett.yaml:5:"), "\(check.errors)")
  }

  @Test("a CA that is missing or no certificate is an error with its place, in an included file too")
  func missing() throws {
    let folder = try TemporaryFolder()
    _ = try Authority(in: folder)
    let nobody = Endpoint.port(1)
    var setup = Self.setup(nobody, "{ ca: Test-CA.pen }")
    setup.pools.append(Setup.Pool(name: "other", servers: [nobody.description], keys: "tls: { ca: yett.yaml }"))
    setup.more = "include: [body.yaml]"
    try folder.write(
      "pools:\n  body:\n    servers: [{ address: \"\(nobody)\" }]\n    tls: { ca: nowhere.pem }\n", to: "body.yaml")
    let file = try folder.write(setup.yaml(in: folder), to: "yett.yaml")
    let run = try Program.run(Yett.executable, ["check", file])
    #expect(run.exit == .code(1))
    let lines = run.errors.split(separator: "\n").filter { $0.contains("cannot verify servers") }
    #expect(lines.count == 3, "\(run.errors)")
    for (line, end) in zip(
      lines, ["yett.yaml:5:61; did you mean `Test-CA.pem`?", "yett.yaml:6:62", "body.yaml:4:16"])
    {
      #expect(line.hasSuffix(end), "\(line)")
    }
  }

  @Test("a reload with another CA believes the server no more, nor its sessions and connections; back, it does again")
  func reloaded() throws {
    let folder = try TemporaryFolder()
    let nginx = try Nginx(
      #"location / { return 200 "$ssl_session_reused $connection_requests"; }"#,
      certificate: Authority(in: folder).issue("a.example"))
    try withYett(Self.setup(nginx.endpoint, "{ ca: ca.pem, name: a.example }"), in: folder, ca: "Test-CA.pem") { yett in
      #expect(try yett.ask().text == ". 1")
      #expect(try yett.ask().text == ". 2", "kept")
      _ = try Authority("Other CA", in: folder)
      try folder.write(folder.read("Other-CA.pem"), to: "ca.pem")
      #expect(try yett.reload(text: folder.read("yett.yaml")) == .taken(snapshot: 2))
      #expect(try yett.ask().status == 502)
      try folder.write(folder.read("Test-CA.pem"), to: "ca.pem")
      #expect(try yett.reload(text: folder.read("yett.yaml")) == .taken(snapshot: 3))
      #expect(try yett.ask().text == ". 1", "anew")
      #expect(try yett.reload(text: folder.read("yett.yaml")) == .taken(snapshot: 4))
      #expect(try yett.ask().text == ". 2", "a reload that changes nothing keeps what there is")
    }
  }

  @Test("a server that is not believed was sent nothing: whatever the method, another one is asked")
  func retried() throws {
    let folder = try TemporaryFolder()
    let origin = try Origin()
    let bad = try SecureServer(Authority("Other CA", in: folder).issue("127.0.0.1"), "-www")
    try withYett(OriginTLSTests.terminator(origin.endpoint, in: folder)) { terminator in
      let setup = try Self.setup(bad.endpoint, "{ ca: Test-CA.pem }").with(server: terminator.endpoint("https"))
      try withYett(setup, in: folder) { yett in
        for _ in 0..<2 {
          let client = try yett.connect()
          try client.send(.post("order"))
          #expect(try origin.answer(.ok("done")).request.text == "order")
          #expect(try client.answer().text == "done")
        }
        #expect(try yett.logLine { $0["attempts"] as? Int == 2 }["server"] as? String == "main-2")
      }
    }
  }
}

extension Setup {
  /// One more server in the first pool.
  fileprivate func with(server: Endpoint) -> Setup {
    var setup = self
    setup.pools[0].servers.append(server.description)
    return setup
  }
}

/// A Yett whose `ca.pem` is a copy of that file at first.
private func withYett(
  _ setup: Setup, in folder: TemporaryFolder, ca: String, _ page: (Yett) throws -> Void
) throws {
  try folder.write(folder.read(ca), to: "ca.pem")
  try withYett(setup, in: folder, page)
}
