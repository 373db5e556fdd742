/// Servers that answer the same requests.
public struct PoolConfiguration: Equatable, Sendable {
  /// Unique among pools.
  public var name: String
  public var balance: Balance
  /// 1 to `serversLimit`.
  public var servers: [ServerConfiguration]
  /// `nil`: they are spoken to in cleartext.
  public var tls: OriginTLSConfiguration?
  /// `nil`: no checks; servers count as up until traffic finds otherwise.
  public var health: HealthConfiguration?
  public var timeouts: TimeoutsConfiguration
  /// Idle connections kept open by each worker, 0 to 65536. Default 64.
  public var idleConnections: Int
  /// How long one of them is kept. Default 30 s.
  public var idleTimeout: Duration

  /// So many servers fit the balancer's bit set.
  public static let serversLimit = 64

  public init(
    name: String = "", balance: Balance = .roundRobin, servers: [ServerConfiguration] = [],
    tls: OriginTLSConfiguration? = nil, health: HealthConfiguration? = nil,
    timeouts: TimeoutsConfiguration = TimeoutsConfiguration(), idleConnections: Int = 64,
    idleTimeout: Duration = .seconds(30)
  ) {
    (self.name, self.balance, self.servers, self.tls, self.health) = (name, balance, servers, tls, health)
    (self.timeouts, self.idleConnections, self.idleTimeout) = (timeouts, idleConnections, idleTimeout)
  }
}

/// How a pool's next server is chosen.
public enum Balance: String, CaseIterable, Sendable {
  /// In turn, in proportion to weights.
  case roundRobin = "round_robin"
}

/// One server of a pool.
public struct ServerConfiguration: Equatable, Sendable {
  /// Unique within its pool. Default `POOL-N`, counted from 1.
  public var name: String
  public var address: Endpoint
  /// Its share of the requests beside the others' weights, 1 to 256. Default 1.
  public var weight: Int

  public init(name: String = "", address: Endpoint = .tcp(host: "127.0.0.1", port: 80), weight: Int = 1) {
    (self.name, self.address, self.weight) = (name, address, weight)
  }
}

/// How servers are asked for their health: `GET path` over HTTP/1.1.
public struct HealthConfiguration: Equatable, Sendable {
  /// An absolute path, with its query if any. Default `/`.
  public var path: String
  /// From one check to the next, before jitter. Default 2 s.
  public var interval: Duration
  /// For a whole check; one that outlasts the interval is followed at once. Default 1 s.
  public var timeout: Duration
  /// Passed checks in a row that bring a server back, 1 to 100. Default 2.
  public var rise: Int
  /// Failed checks in a row that take it out, 1 to 100. Default 3.
  public var fall: Int
  /// The `Host` of the check. Default (`nil`): the `name` of the pool's `tls`, or else the server's address.
  public var host: String?

  public init(
    path: String = "/", interval: Duration = .seconds(2), timeout: Duration = .seconds(1), rise: Int = 2,
    fall: Int = 3, host: String? = nil
  ) {
    (self.path, self.interval, self.timeout) = (path, interval, timeout)
    (self.rise, self.fall, self.host) = (rise, fall, host)
  }
}

/// How long a pool's servers may take.
public struct TimeoutsConfiguration: Equatable, Sendable {
  /// To accept a connection, with the TLS handshake. Default 1 s.
  public var connect: Duration
  /// From the request's last octet to the answer's first. Default 10 s.
  public var firstByte: Duration
  /// Between two octets of an answer. Default 30 s.
  public var betweenBytes: Duration

  public init(
    connect: Duration = .seconds(1), firstByte: Duration = .seconds(10), betweenBytes: Duration = .seconds(30)
  ) {
    (self.connect, self.firstByte, self.betweenBytes) = (connect, firstByte, betweenBytes)
  }
}

extension PoolConfiguration: Section {
  static let noun = "a pool"
  static let defaults = PoolConfiguration()
  static let keys: [Key<Self>] = [
    Key("balance", \.balance, .choice, "How the next server is chosen."),
    Key(
      "servers", \.servers, .list(of: .section, atLeast: 1, atMost: serversLimit), isRequired: true,
      "Where requests go."),
    Key("tls", \.tls, .originTLS, "TLS to the servers: true with the defaults, or how; cleartext without."),
    Key("health", \.health, .section, "How servers are checked; unchecked without."),
    Key("timeouts", \.timeouts, .section, "How long servers may take."),
    Key("idle_connections", \.idleConnections, .integer(0...65_536), "Idle connections kept open by each worker."),
    Key("idle_timeout", \.idleTimeout, .patience, "How long an idle connection is kept."),
  ]

  static func check(_ pool: inout Self, _ node: Node, _ decoder: inout Decoder) {
    let nodes = node["servers"]?.mappings ?? []
    for index in pool.servers.indices where pool.servers[index].name.isEmpty {
      // The pool's own name may fill the 64 octets of a name.
      let name = "\(pool.name.prefix(60))-\(index + 1)"
      pool.servers[index].name = name
      if index < nodes.count, nodes[index]["name"] == nil { decoder.define(.server, name, at: nodes[index].place) }
    }
    decoder.forget(.server)
    pool.tls?.check(pool.servers, nodes, &decoder)
  }
}

extension ServerConfiguration: Section {
  static let noun = "a server"
  static let defaults = ServerConfiguration()
  static let keys: [Key<Self>] = [
    Key("name", \.name, .name(of: .server), "Unique in its pool; POOL-1, POOL-2 and so on unless set."),
    Key("address", \.address, .server, isRequired: true, "A host and port, or `unix:/path`."),
    Key("weight", \.weight, .integer(1...256), "Its share of the requests beside the others' weights."),
  ]
}

extension HealthConfiguration: Section {
  static let noun = "a health check"
  static let defaults = HealthConfiguration()
  static let keys: [Key<Self>] = [
    Key("path", \.path, .checkPath, "What is asked for with GET; 200 to 399 passes."),
    Key(
      "interval", \.interval, .duration(.milliseconds(100)...Duration.seconds(3_600)),
      "From one check to the next, before jitter."),
    Key("timeout", \.timeout, .patience, "For a whole check; one that outlasts the interval is followed at once."),
    Key("rise", \.rise, .integer(1...100), "Passed checks in a row that bring a server back."),
    Key("fall", \.fall, .integer(1...100), "Failed checks in a row that take a server out."),
    Key(
      "host", \.host, .checkHost,
      "The Host of the check; the `name` of the pool's `tls` or the server's address without."),
  ]
}

extension TimeoutsConfiguration: Section {
  static let noun = "the timeouts"
  static let defaults = TimeoutsConfiguration()
  static let keys: [Key<Self>] = [
    Key("connect", \.connect, .patience, "For a connection to be accepted, with its TLS handshake."),
    Key("first_byte", \.firstByte, .patience, "From the request's last octet to the answer's first."),
    Key("between_bytes", \.betweenBytes, .patience, "Between two octets of an answer."),
  ]
}

extension ValueType where Value == String {
  fileprivate static var checkHost: ValueType {
    .text("a host", atMost: 255) { host in
      host.isVisibleASCII && !host.contains { "/?#@\\\"<>".contains($0) }
    }
  }

  fileprivate static var checkPath: ValueType {
    .text("an absolute path such as `/healthz`", atMost: 1_024) {
      $0.hasPrefix("/") && $0.isVisibleASCII && !$0.contains("#")
    }
  }
}
