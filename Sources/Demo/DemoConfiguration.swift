import Configuration

/// The demo's configuration, as its user would write it.
struct DemoConfiguration: Equatable {
  /// Where the sample origins are: host and port.
  struct Origins: Equatable {
    var pages: String
    var search: String
    var firstAPI: String
    var secondAPI: String
  }

  /// 0 lets the system choose.
  var port: UInt16
  /// Of the listener that redirects to it; `nil` for none.
  var redirectPort: UInt16?
  var origins: Origins
  /// A path without quotes and backslashes; `nil` is the default one.
  var adminSocket: String?

  /// The name of its TLS profile.
  static let profile = "demo"
  /// The listener for the demo's own visitors, who speak no TLS.
  static let inside = "inside"
  static let outside = "https"

  /// The file.
  var text: String {
    """
    listeners:
      - { name: \(Self.outside), bind: "127.0.0.1:\(port)", tls: \(Self.profile)\(publicPort) }
    \(redirect)  - { name: \(Self.inside), bind: "127.0.0.1:0" }                  # for the demo's own visitors

    tls:
      \(Self.profile):
        certificates: [{ chain: demo.pem, key: demo.key }]     # made at the start, kept in memory

    cache: { memory: 64MiB }

    pools:
      pages:
        servers: [{ name: pages, address: "\(origins.pages)" }]
        health: { path: /healthz, interval: 1s, timeout: 500ms, rise: 2, fall: 2 }
      search:
        servers: [{ name: search, address: "\(origins.search)" }]
        health: { path: /healthz, interval: 1s, timeout: 500ms, rise: 2, fall: 2 }
        timeouts: { first_byte: 3s }
      api:
        servers:
          - { name: api-1, address: "\(origins.firstAPI)" }
          - { name: api-2, address: "\(origins.secondAPI)" }
        health: { path: /healthz, interval: 1s, timeout: 500ms, rise: 2, fall: 2 }

    sites:
      - name: glenyett
        hosts: [localhost, "127.0.0.1"]
        routes:
          - name: pages
            path: /
            pool: pages
            target: { latency: 100ms, percentile: 95, availability: 99.95% }
          - name: search
            path: /search
            pool: search
            cache: off
            target: { latency: 300ms, percentile: 95, availability: 99.9% }
          - name: api
            path: /api
            pool: api
            cache: off
            target: { latency: 100ms, percentile: 95, availability: 99.5% }
          - name: switch
            path: /switch
            pool: pages                                        # it must be heard while the API fails
            cache: off

    \(admin)limits: { drain: 2s }
    log: { access: off }

    """
  }

  private var publicPort: String { port == 0 ? "" : ", public_port: \(port)" }

  private var admin: String { adminSocket.map { "admin: { socket: \"\($0)\" }\n" } ?? "" }

  private var redirect: String {
    guard let redirectPort else { return "" }
    return "  - { name: http, bind: \"127.0.0.1:\(redirectPort)\", redirect_to: \(Self.outside) }\n"
  }

  /// Decoded as a file is.
  func decode() throws(ConfigurationError) -> Configuration {
    try Configuration.decode(Array(text.utf8), file: "demo.yaml")
  }
}
