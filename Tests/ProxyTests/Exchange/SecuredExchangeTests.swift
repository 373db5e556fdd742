import HTTP
import TLS
import Testing
import Time

@testable import Proxy

@Suite("An exchange over TLS")
struct SecuredExchangeTests {
  private static let configuration = """
    listeners: [{name: web, bind: "127.0.0.1:0"}]
    pools:
      app: {servers: [{name: app-1, address: "127.0.0.1:9"}]}
    sites:
      - name: safe
        hosts: [a.example, www.b.example, "127.0.0.1"]
        hsts: {max_age: 365d, include_subdomains: true, preload: true}
        routes:
          - {name: pages, path: /pages, methods: [GET, POST], pool: app, cache: off}
          - {name: cached, path: /cached, pool: app}
          - {name: hello, path: /hello, respond: {body: hello}}
      - name: silent
        hosts: [silent.example]
        routes:
          - {name: silent-pages, path: /pages, pool: app, cache: off}

    """
  private static let promise = "max-age=31536000; includeSubDomains; preload"
  private static let field = "Strict-Transport-Security"

  let worker: ScriptedWorker

  init() throws { worker = try ScriptedWorker(Self.configuration) }

  // MARK: RFC 6797

  @Test(
    "RFC 6797 §7: every answer of the site has its promise, by HTTPS alone",
    arguments: [
      ("GET /hello HTTP/1.1\r\nHost: a.example", UInt16(200)), ("GET /nowhere HTTP/1.1\r\nHost: a.example", 404),
      ("PUT /pages HTTP/1.1\r\nHost: a.example", 405),
    ], [Scheme.https, .http])
  func own(request: (head: String, status: UInt16), scheme: Scheme) throws {
    let session = worker.session(.sample(scheme: scheme))
    let stream = try session.open(request.head)
    #expect(stream.status == request.status)
    #expect(stream.field(Self.field) == (scheme == .https ? Self.promise : nil))
    stream.finish()
    let other = try session.open("GET /nowhere HTTP/1.1\r\nHost: silent.example")
    #expect(other.field(Self.field) == nil, "another site's, and an exchange that is used again")
  }

  @Test("a redirect between listeners that speak TLS has it too")
  func redirect() throws {
    let facts = ConnectionFacts.sample(redirectsTo: .init(scheme: .https, port: 443))
    #expect(try worker.session(facts).open("GET /hello HTTP/1.1\r\nHost: a.example").field(Self.field) == Self.promise)
  }

  @Test("what an origin says of it is replaced, on an answer that is passed", arguments: [Scheme.https, .http])
  func passed(scheme: Scheme) throws {
    let session = worker.session(.sample(scheme: scheme))
    for (host, said) in [("a.example", scheme == .https ? Self.promise : "max-age=1"), ("silent.example", "max-age=1")]
    {
      let stream = try session.open("GET /pages HTTP/1.1\r\nHost: \(host)")
      let fetch = try worker.fetches.last()
      fetch.answers("HTTP/1.1 200 OK\r\nstrict-transport-security: max-age=1\r\nX-Other: y\r\nContent-Length: 0")
      fetch.ends()
      session.turn()
      #expect(stream.field(Self.field) == said, "\(host)")
      #expect(stream.field("X-Other") == "y")
      stream.finish()
    }
  }

  @Test(
    "and on one from memory, whether the origin said it or not", arguments: ["", "\r\nStrict-Transport-Security: a=1"])
  func stored(more: String) throws {
    let session = worker.session(.sample())
    let request = "GET /cached HTTP/1.1\r\nHost: a.example"
    for round in 0..<3 {
      let stream = try session.open(request)
      if round == 0 {
        let fetch = try worker.fetches.last()
        fetch.answers("HTTP/1.1 200 OK\r\nCache-Control: max-age=60\(more)\r\nETag: \"x\"\r\nContent-Length: 1")
        fetch.sends("a")
        fetch.ends()
        session.turn()
      }
      #expect(stream.isWhole && stream.text == "a")
      #expect(stream.field(Self.field) == Self.promise, "\(round)")
      #expect(stream.field("ETag") == "\"x\"" && stream.field("Cache-Control") == "max-age=60")
      #expect(stream.field("Age") == "0")
      stream.finish()
    }
    #expect(worker.fetches.started.count == 1)
    let unchanged = try session.open("\(request)\r\nIf-None-Match: \"x\"")
    #expect(unchanged.status == 304 && unchanged.field(Self.field) == Self.promise)
  }

  // MARK: RFC 9110 §15.5.20

  private static let certificates = Result {
    try CertificateSet(
      [["a.example", "*.b.example", "127.0.0.1"], ["other.example"]].map { names in
        let made = try SelfSignedCertificate.make(names: names)
        return try Certificate(chainPEM: made.chainPEM, from: "c", keyPEM: made.keyPEM, from: "k")
      }, of: "front")
  }

  @Test(
    "RFC 9110 §15.5.20: a host that the connection's certificate is not for is a 421, and goes nowhere",
    arguments: [
      ("a.example", "a.example", true), ("a.example", "www.b.example", true), ("a.example", "silent.example", false),
      ("a.example", "A.EXAMPLE.:443", true), ("a.example", "127.0.0.1", true),
      ("silent.example", "silent.example", true), ("silent.example", "a.example", true),
      ("other.example", "a.example", false), ("", "a.example", true), ("", "silent.example", false),
      ("", "127.0.0.1", true), ("www.b.example", "a.example", true),
    ])
  func misdirected(serverName: String, host: String, isAnswered: Bool) throws {
    let authority = try Self.certificates.get().authority(for: Array(serverName.utf8))
    let stream = try worker.session(.sample(authority: authority)).open("GET /pages HTTP/1.1\r\nHost: \(host)")
    #expect(worker.fetches.started.count == (isAnswered ? 1 : 0))
    #expect(stream.status == (isAnswered ? nil : 421))
    guard !isAnswered else { return }
    #expect(stream.isWhole && stream.field("Content-Type")?.hasPrefix("text/html") == true)
    stream.finish()
    #expect(try worker.logLine().contains("the connection's certificate is not for this host"))
  }
}
