import Foundation
import Testing

@Suite("HTTP/2 with the clients that people have")
struct ClientTests {
  static let megabytes20 = 20 << 20

  /// Octets that are told from others wherever they stand.
  static let pattern = unsafe (0..<megabytes20 / 8).map(UInt64.init).withUnsafeBytes { unsafe Data($0) }

  /// How a client reaches a door as `test.example`.
  static func address(_ door: Door, of yett: Yett, path: String = "/") throws -> String {
    guard case .port(let port) = try yett.endpoint(door.listener) else { throw Unmet("no port") }
    return "\(door.scheme)://test.example:\(port)\(path)"
  }

  /// curl over HTTP/2, which is not asked for by an upgrade.
  static func curl(_ door: Door, _ yett: Yett, _ arguments: String..., path: String = "/") throws -> Curl.Transfer {
    guard case .port(let port) = try yett.endpoint(door.listener) else { throw Unmet("no port") }
    let version = door == .cleartext ? ["--http2-prior-knowledge"] : ["--http2", "--cacert", pem(yett)]
    return try Curl.get(
      version + ["--resolve", "test.example:\(port):127.0.0.1"] + arguments + [address(door, of: yett, path: path)],
      by: Deadline(in: .seconds(120)))
  }

  private static func pem(_ yett: Yett) -> String { yett.folder.path(of: "test.example.pem") }

  static func saying(_ text: String) -> Setup {
    Setup(routes: [Setup.Route(keys: #"respond: { status: 200, body: "\#(text)" }"#)])
  }

  @Test("curl asks, and is answered", arguments: Door.allCases)
  func asks(door: Door) throws {
    try withHTTP2(Self.saying("from Yett")) { yett in
      let transfer = try Self.curl(door, yett)
      #expect(transfer.exit == .code(0) && transfer.status == 200 && transfer.body == "from Yett")
      #expect(transfer.trace.contains("< HTTP/2 200"), "\(transfer.trace)")
    }
  }

  @Test("curl downloads 20 MiB, octet by octet what the origin has", arguments: Door.allCases)
  func download(door: Door) throws {
    let folder = try TemporaryFolder()
    try Self.pattern.write(to: URL(filePath: folder.path(of: "pattern")))
    let nginx = try Nginx("location = /pattern { alias \(folder.path(of: "pattern")); }")
    try withHTTP2(Setup(nginx.endpoint)) { yett in
      let target = folder.path(of: "got")
      let transfer = try Self.curl(door, yett, "--output", target, path: "/pattern")
      #expect(transfer.exit == .code(0) && transfer.status == 200)
      #expect(try Data(contentsOf: URL(filePath: target)) == Self.pattern)
    }
  }

  @Test("curl uploads 20 MiB, octet by octet what it has", arguments: Door.allCases)
  func upload(door: Door) throws {
    let (folder, origin) = (try TemporaryFolder(), try Origin())
    let file = folder.path(of: "pattern")
    try Self.pattern.write(to: URL(filePath: file))
    try withHTTP2(Setup(origin.endpoint, route: "cache: off, body_limit: 32MiB")) { yett throws in
      guard case .port(let port) = try yett.endpoint(door.listener) else { throw Unmet("no port") }
      let version = door == .cleartext ? ["--http2-prior-knowledge"] : ["--http2", "--cacert", Self.pem(yett)]
      let curl = try Program(
        "curl",
        ["--silent", "--noproxy", "*", "--upload-file", file, "--resolve", "test.example:\(port):127.0.0.1"] + version
          + [Self.address(door, of: yett)])
      let inside = try origin.accept()
      let request = try inside.request(by: Deadline(in: .seconds(120)))
      #expect(request.method == "PUT" && request["Content-Length"] == "\(Self.megabytes20)")
      #expect(Data(request.body) == Self.pattern)
      try inside.send(.ok("thanks"))
      #expect(try curl.output.line() == "thanks")
      #expect(try curl.exit() == .code(0))
    }
  }

  /// nghttp with the name that the certificate has.
  static func nghttp(_ door: Door, _ yett: Yett, _ arguments: String...) throws -> String {
    let run = try Program.run(
      "nghttp",
      ["--no-verify-peer", "--header", ":authority: test.example"] + arguments
        + ["\(door.scheme)://\(yett.endpoint(door.listener))/"])
    #expect(run.exit == .code(0), "\(run.errors)")
    return run.output + run.errors
  }

  @Test("nghttp asks on twenty streams of a connection", arguments: Door.allCases)
  func multiplexed(door: Door) throws {
    let origin = try AutomaticOrigin { _ in .ok(String(repeating: "n", count: 100_000)) }
    try withHTTP2(Setup(origin.endpoint)) { yett throws in
      let said = try Self.nghttp(door, yett, "--null-out", "--stat", "--multiply", "20")
      #expect(said.matches(of: #/ 200 +97K /#).count == 20, "\(said)")
      #expect(origin.requests.count == 20)
    }
  }

  @Test("nghttp sends trailers, which go no further", arguments: Door.allCases)
  func trailers(door: Door) throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("a body", to: "body")
    let origin = try AutomaticOrigin { .ok("read: \($0.text)") }
    try withHTTP2(Setup(origin.endpoint)) { yett throws in
      #expect(try Self.nghttp(door, yett, "--data", file, "--trailer", "x-trailer: 1") == "read: a body")
      #expect(origin.requests.first?.method == "POST" && origin.requests.first?["x-trailer"] == nil)
    }
  }

  @Test("h2load: of 2,000 requests on 8 connections 2,000 succeed", arguments: Door.allCases)
  func load(door: Door) throws {
    let nginx = try Nginx("keepalive_requests 100000; location / { return 200 passed; }")
    var setup = Setup(nginx.endpoint)
    setup.log = #"access: "off""#
    setup.routes = [
      Setup.Route(name: "own", path: "/own", keys: "respond: { status: 200, body: own }"),
      Setup.Route(keys: "pool: main, cache: off"),
    ]
    try withHTTP2(setup) { yett in
      for path in ["/own", "/passed"] {
        let run = try Program.run(
          "h2load",
          [
            "--clients=8", "--max-concurrent-streams=10", "--requests=2000",
            "--connect-to=\(yett.endpoint(door.listener))", Self.address(door, of: yett, path: path),
          ], by: Deadline(in: .seconds(120)))
        #expect(run.output.contains("2000 done, 2000 succeeded, 0 failed, 0 errored, 0 timeout"), "\(run.output)")
        #expect(run.output.contains("2000 2xx, 0 3xx, 0 4xx, 0 5xx"), "\(run.output)")
      }
    }
  }

  @Test(
    "RFC 7301: of h2 and http/1.1 the door chooses h2, and http/1.1 where that is all",
    arguments: [("h2,http/1.1", "h2"), ("http/1.1,h2", "h2"), ("http/1.1", "http/1.1"), ("h2", "h2")])
  func alpn(offer: String, choice: String) throws {
    try withHTTP2(Self.saying("a")) { yett throws in
      let run = try Program.run("openssl", ["s_client", "-connect", "\(yett.endpoint("https"))", "-alpn", offer])
      #expect((run.output + run.errors).contains("ALPN protocol: \(choice)\n"), "\(run.output)")
    }
  }

  @Test("HTTP/1.1 is spoken at the same doors", arguments: Door.allCases)
  func older(door: Door) throws {
    try withHTTP2(Self.saying("old")) { yett in
      let client = try door == .cleartext ? yett.connect() : yett.tunnel(alpn: "http/1.1")
      try client.send(.get())
      #expect(try client.answer().text == "old")
    }
  }

  @Test("a door that is for HTTP/1.1 alone takes no HTTP/2", arguments: Door.allCases)
  func olderOnly(door: Door) throws {
    let folder = try TemporaryFolder()
    var setup = try Self.saying("old").overHTTP2(in: folder)
    setup.listeners = [
      #"{ name: http, bind: "127.0.0.1:0", protocols: [http/1.1] }"#,
      #"{ name: https, bind: "127.0.0.1:0", tls: front, protocols: [http/1.1] }"#,
    ]
    try withYett(setup, in: folder) { yett in
      // By TLS it is refused in the handshake (RFC 7301 §3.2), or spoken to in HTTP/1.1.
      let client = try door == .cleartext ? yett.connect() : yett.tunnel(alpn: "h2")
      client.offer(HTTP2Client.preface)
      let said = try String(decoding: client.rest().octets, as: UTF8.self)
      #expect(said.isEmpty || said.hasPrefix("HTTP/1.1 400 ") || said.hasPrefix("HTTP/1.1 505 "))
    }
  }
}
