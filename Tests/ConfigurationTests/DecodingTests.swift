import Testing

@testable import Configuration

/// Shortest configuration that is right, with holes for what a test is about.
func configuration(
  listeners: String = "[{name: web, bind: '[::]:8080'}]", pool: String = "{servers: [{address: '127.0.0.1:9001'}]}",
  route: String = "{name: all, path: /, pool: app}", other: String = ""
) -> String {
  """
  listeners: \(listeners)
  pools:
    app: \(pool)
  sites:
    - name: site
      hosts: ['*']
      routes:
        - \(route)
  \(other)

  """
}

/// Decodes a text under the name `y`.
func decode(_ text: String, files: [String: String] = [:]) throws(ConfigurationError) -> Configuration {
  try Configuration.decode(Array(text.utf8), file: "y") { path throws(SourceFileError) in
    guard let text = files[path] else { throw SourceFileError("no such file") }
    return Array(text.utf8)
  }
}

/// What is said about a text, line by line.
func complaints(_ text: String, files: [String: String] = [:]) -> [String] {
  do throws(ConfigurationError) {
    _ = try decode(text, files: files)
    return []
  } catch { return error.diagnostics.map(\.description) }
}

@Suite("The configuration file")
struct DecodingTests {
  @Test("defaults fill what is left out")
  func defaults() throws {
    let decoded = try decode(configuration())
    #expect(decoded.workers == nil)
    #expect(decoded.listeners == [ListenerConfiguration(name: "web", bind: .tcp(host: "::", port: 8080))])
    #expect(decoded.cache == CacheConfiguration())
    let server = ServerConfiguration(name: "app-1", address: .tcp(host: "127.0.0.1", port: 9001))
    #expect(decoded.pools == [PoolConfiguration(name: "app", servers: [server])])
    let route = RouteConfiguration(name: "all", path: "/", action: .pool("app"))
    #expect(decoded.sites == [SiteConfiguration(name: "site", hosts: [.any], routes: [route])])
    #expect(decoded.admin == AdminConfiguration())
    #expect(decoded.log == LogConfiguration())
    #expect(decoded.limits == LimitsConfiguration())
  }

  @Test("every key is read")
  func whole() throws {
    let text = """
      workers: 3
      listeners:
        - {name: http, bind: "127.0.0.1:0", redirect_to: https}
        - {name: https, bind: "[::1]:8443", tls: front, public_port: 8444, protocols: [http/1.1, h2]}
        - {name: local, bind: "unix:/run/y.sock"}
      tls:
        front:
          profile: modern
          strict_sni: true
          tickets: {rotate: 1h, keys: tickets.key}
          certificates: [{chain: a.pem, key: /k/a.key}, {directory: bodies/}]
      cache: {memory: 64MiB, largest_object: 1048576}
      pools:
        app:
          balance: round_robin
          servers:
            - {address: "Search.internal:80", weight: 256}
            - {name: b, address: "[2001:db8::1]:8080"}
            - {address: "unix:/run/app.sock"}
          tls: {verify: true, ca: ca/app.pem, name: App.internal}
          health: {path: "/healthz?deep=1", interval: 5s, timeout: 300ms, rise: 1, fall: 100, host: "www.mygov.scot:81"}
          timeouts: {connect: 10ms, first_byte: 1h, between_bytes: 1m}
          idle_connections: 0
          idle_timeout: 60s
      sites:
        - name: mygov
          hosts: [WWW.mygov.scot., "*.mygov.scot", "[::1]", 127.0.0.1]
          hsts: {max_age: 365d, include_subdomains: true, preload: true}
          routes:
            - {name: api, path: "/%61pi/%c3%A9", methods: [POST, PUT], pool: app, cache: off, body_limit: 1GiB}
            - {name: old, path: /old, redirect: {to: "https://new.scot/x?y=1", status: 308}}
            - {name: up, path: /up, respond: {status: 503, body: "down\\n", content_type: text/html}}
            - name: pages
              path: /
              pool: app
              cache: {default_ttl: 5m, set_cookie: store}
              target: {latency: 100ms, percentile: 99, availability: 99.95%, measure: total}
      admin: {socket: admin.sock, bind: "127.0.0.1:9000", token: 0123456789abcdef}
      log: {access: log/access.log, query: true, full_addresses: yes}
      limits:
        request_line: 4KiB
        header_section: 16KiB
        header_fields: 50
        head_timeout: 1s
        body_rate: 0
        keep_alive: 2s
        write_timeout: 3s
        connections_per_worker: 7
        connections_per_address: 8
        handshakes: 9
        handshake_timeout: 4s
        drain: 0s
      """
    let decoded = try Configuration.decode(Array(text.utf8), file: "conf/y.yaml")
    var expected = Configuration()
    expected.workers = 3
    expected.listeners = [
      ListenerConfiguration(name: "http", bind: .tcp(host: "127.0.0.1", port: 0), redirectTo: "https"),
      ListenerConfiguration(
        name: "https", bind: .tcp(host: "::1", port: 8443), tls: "front", publicPort: 8444,
        protocols: [.http1, .http2]),
      ListenerConfiguration(name: "local", bind: .unix(path: "/run/y.sock")),
    ]
    expected.tls = [
      TLSProfileConfiguration(
        name: "front", profile: .modern,
        certificates: [.pair(chain: "conf/a.pem", key: "/k/a.key"), .directory("conf/bodies/")], strictSNI: true,
        tickets: TicketConfiguration(rotate: .seconds(3_600), keys: "conf/tickets.key"))
    ]
    expected.cache = CacheConfiguration(memory: 64 << 20, largestObject: 1 << 20)
    expected.pools = [
      PoolConfiguration(
        name: "app",
        servers: [
          ServerConfiguration(name: "app-1", address: .tcp(host: "search.internal", port: 80), weight: 256),
          ServerConfiguration(name: "b", address: .tcp(host: "2001:db8::1", port: 8080)),
          ServerConfiguration(name: "app-3", address: .unix(path: "/run/app.sock")),
        ],
        tls: OriginTLSConfiguration(ca: "conf/ca/app.pem", name: "app.internal"),
        health: HealthConfiguration(
          path: "/healthz?deep=1", interval: .seconds(5), timeout: .milliseconds(300), rise: 1, fall: 100,
          host: "www.mygov.scot:81"),
        timeouts: TimeoutsConfiguration(
          connect: .milliseconds(10), firstByte: .seconds(3_600), betweenBytes: .seconds(60)),
        idleConnections: 0, idleTimeout: .seconds(60))
    ]
    expected.sites = [
      SiteConfiguration(
        name: "mygov",
        hosts: [.exact("www.mygov.scot"), .wildcard(below: "mygov.scot"), .exact("[::1]"), .exact("127.0.0.1")],
        routes: [
          RouteConfiguration(
            name: "api", path: "/api/%C3%A9", methods: [.post, .put], action: .pool("app"), cache: .off,
            bodyLimit: 1 << 30),
          RouteConfiguration(
            name: "old", path: "/old",
            action: .redirect(RedirectConfiguration(to: "https://new.scot/x?y=1", status: 308))),
          RouteConfiguration(
            name: "up", path: "/up",
            action: .respond(FixedResponseConfiguration(status: 503, body: "down\n", contentType: "text/html"))),
          RouteConfiguration(
            name: "pages", path: "/", action: .pool("app"),
            cache: .on(RouteCacheConfiguration(defaultTTL: .seconds(300), setCookie: .store)),
            target: TargetConfiguration(
              latency: .milliseconds(100), percentile: Percent(millionths: 990_000),
              availability: Percent(millionths: 999_500), measure: .total)),
        ], hsts: HSTSConfiguration(maxAge: .seconds(365 * 86_400), includeSubdomains: true, preload: true))
    ]
    expected.admin = AdminConfiguration(
      socket: "conf/admin.sock", bind: .tcp(host: "127.0.0.1", port: 9000), token: "0123456789abcdef")
    expected.log = LogConfiguration(access: .file(path: "conf/log/access.log"), query: true, fullAddresses: true)
    expected.limits = LimitsConfiguration(
      requestLine: 4096, headerSection: 16384, headerFields: 50, headTimeout: .seconds(1), bodyRate: 0,
      keepAlive: .seconds(2), writeTimeout: .seconds(3), connectionsPerWorker: 7, connectionsPerAddress: 8,
      handshakes: 9, handshakeTimeout: .seconds(4), drain: .zero)
    #expect(decoded == expected)
  }

  @Test(
    "hsts is a duration, or more than one",
    arguments: [
      ("365d", "max-age=31536000"), ("0s", "max-age=0"), ("{}", "max-age=63072000"),
      ("{max_age: 1h, include_subdomains: true}", "max-age=3600; includeSubDomains"),
    ])
  func hsts(value: String, field: String) throws {
    let text = configuration().replacing("hosts: ['*']", with: "hosts: ['*']\n    hsts: \(value)")
    #expect(try decode(text).sites.first?.hsts?.field == field)
    #expect(try decode(configuration()).sites.first?.hsts == nil)
  }

  @Test(
    "TLS to a pool is off, on, or more",
    arguments: [
      ("false", nil), ("off", nil), ("true", OriginTLSConfiguration()), ("{}", OriginTLSConfiguration()),
      ("{verify: no}", OriginTLSConfiguration(verify: false)), ("{name: '::1'}", OriginTLSConfiguration(name: "::1")),
      ("{name: 10.0.0.1, verify: false}", OriginTLSConfiguration(verify: false, name: "10.0.0.1")),
    ])
  func originTLS(text: String, expected: OriginTLSConfiguration?) throws {
    let decoded = try decode(configuration(pool: "{servers: [{address: 'a:1'}], tls: \(text)}"))
    #expect(decoded.pools.first?.tls == expected)
    guard expected?.verify == false || expected?.name != nil else { return }
    #expect(complaints(configuration(pool: "{servers: [{address: 'unix:/a'}], tls: \(text)}")).isEmpty)
  }

  @Test("the design's own message", arguments: ["helth"])
  func message(key: String) {
    let text = configuration(pool: "{servers: [{address: 'a:1'}], \(key): {path: /healthz}}")
    #expect(complaints(text) == ["unknown key `helth` at y:3:38; did you mean `health`?"])
  }
}
