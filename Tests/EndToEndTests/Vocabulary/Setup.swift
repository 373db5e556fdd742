/// A configuration, as few words as a test needs; whatever it does not name is as most tests want it.
struct Setup {
  var workers = 1
  var listeners = [#"{ name: http, bind: "127.0.0.1:0" }"#]
  var pools: [Pool] = []
  var routes: [Route] = []
  var hosts = ["*"]
  /// Keys of `limits`, in YAML's flow style: `head_timeout: 1s, keep_alive: 2s`.
  var limits = ""
  /// Keys of `cache`.
  var cache = ""
  /// Keys of `log`; the access log goes to standard output.
  var log = #"access: "-""#
  /// More top-level lines.
  var more = ""

  struct Pool {
    var name = "main"
    var servers: [Endpoint]
    /// More keys: `timeouts: { first_byte: 1s }`.
    var keys = ""
  }

  struct Route {
    var name = "all"
    var path = "/"
    /// The action and more keys: `pool: main, cache: off`.
    var keys: String
  }

  /// One pool of these servers behind one route.
  ///
  /// - Parameters:
  ///   - pool: more keys of the pool.
  ///   - route: more keys of the route; the cache is off unless they say otherwise.
  init(_ servers: Endpoint..., pool: String = "", route: String = "cache: off", limits: String = "", workers: Int = 1) {
    pools = [Pool(servers: servers, keys: pool)]
    routes = [Route(keys: route.isEmpty ? "pool: main" : "pool: main, \(route)")]
    (self.limits, self.workers) = (limits, workers)
  }

  /// Routes that need no pool.
  init(routes: [Route]) { self.routes = routes }

  /// The file, with its administration in `folder`.
  func yaml(in folder: TemporaryFolder) -> String {
    var lines = ["workers: \(workers)", "listeners:"] + listeners.map { "  - \($0)" }
    if !pools.isEmpty { lines.append("pools:") }
    for pool in pools {
      let servers = pool.servers.map { #"{ address: "\#($0)" }"# }.joined(separator: ", ")
      lines.append("  \(pool.name): { servers: [\(servers)]\(pool.keys.isEmpty ? "" : ", \(pool.keys)") }")
    }
    lines += [
      "sites:", "  - name: site", "    hosts: [\(hosts.map { "\"\($0)\"" }.joined(separator: ", "))]", "    routes:",
    ]
    for route in routes { lines.append("      - { name: \(route.name), path: \"\(route.path)\", \(route.keys) }") }
    if !limits.isEmpty { lines.append("limits: { \(limits) }") }
    if !cache.isEmpty { lines.append("cache: { \(cache) }") }
    lines.append("log: { \(log) }")
    lines.append(#"admin: { socket: "\#(folder.path(of: "admin.sock"))", bind: "127.0.0.1:0" }"#)
    if !more.isEmpty { lines.append(more) }
    return lines.joined(separator: "\n") + "\n"
  }
}
