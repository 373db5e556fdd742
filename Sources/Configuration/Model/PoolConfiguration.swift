/// Servers that answer the same requests.
public struct PoolConfiguration: Equatable, Sendable {
  /// Unique among pools.
  public var name: String
  public var balance: Balance
  /// 1 to `serversLimit`.
  public var servers: [ServerConfiguration]
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
    health: HealthConfiguration? = nil, timeouts: TimeoutsConfiguration = TimeoutsConfiguration(),
    idleConnections: Int = 64, idleTimeout: Duration = .seconds(30)
  ) {
    (self.name, self.balance, self.servers, self.health) = (name, balance, servers, health)
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
  /// For a whole check; at most `interval`. Default 1 s.
  public var timeout: Duration
  /// Passed checks in a row that bring a server back, 1 to 100. Default 2.
  public var rise: Int
  /// Failed checks in a row that take it out, 1 to 100. Default 3.
  public var fall: Int
  /// The `Host` of the check. Default (`nil`): the server's address.
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
  /// To accept a connection. Default 1 s.
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
