import Bytes
import Configuration
import EventLoop
import HTTP
import TLS
import Telemetry
import Time
import Upstream

/// One compiled configuration, whole and valid before anyone sees it. Made by Control, shared by all threads; each
/// worker makes a `WorkerSnapshot` of its own from it.
public struct Snapshot: Sendable {
  /// Counts from 1; a reload makes the next.
  public let number: Int
  public let configuration: Configuration
  /// Its servers, by pool; what is known of them outlives the snapshot.
  public let pools: [PoolPlan]
  public let listeners: [ListenerPlan]
  /// A context for each TLS profile and list of protocols that some listener speaks.
  public let tls: [TLSPlan]
  let recorders: RecorderRegistry

  /// A TLS profile, and where its certificates and ticket keys are found.
  public struct TLSPlan: Sendable {
    /// What contexts are made of. The protocols are a listener's to say.
    public let settings: TLSSettings
    /// Shared with later snapshots.
    public let certificates: CertificateEntry
    /// Shared too.
    public let tickets: TicketKeys

    public init(settings: TLSSettings, certificates: CertificateEntry, tickets: TicketKeys) {
      (self.settings, self.certificates, self.tickets) = (settings, certificates, tickets)
    }
  }

  /// A pool as each worker compiles it.
  public struct PoolPlan: Sendable {
    /// Unique among pools.
    public let name: String
    /// Each more than zero.
    public let timeouts: ConnectionTimeouts
    /// That each worker keeps for each address; 0 or more.
    public let idleConnections: Int
    /// In the configuration's order.
    public let servers: [ServerPlan]
    /// Of its first server in the list of all servers.
    public let firstServer: Int
  }

  /// A listener, without its sockets.
  public struct ListenerPlan: Sendable {
    /// Unique among listeners.
    public let name: String
    /// `https` where it speaks TLS.
    public let scheme: Scheme
    /// What clients connect to.
    public let publicPort: UInt16
    /// Where its requests are sent instead of being answered.
    public let redirectsTo: ConnectionFacts.Redirect?
    /// What its context is made of; `nil` for cleartext.
    public let tls: TLSSettings?
    /// What is spoken, best first.
    public let protocols: [ApplicationProtocol]
  }

  /// - Parameters:
  ///   - tls: one for each of the configuration's profiles, whatever its protocols.
  ///   - anchors: by the pool's name, for those whose servers are verified; without, none of them is believed.
  public init(
    number: Int, _ configuration: Configuration, tls: [TLSPlan], servers: ServerRegistry,
    recorders: RecorderRegistry, anchors: [String: TrustAnchors] = [:]
  ) {
    self.number = number
    self.configuration = configuration
    self.recorders = recorders
    var first = 0
    pools = configuration.pools.map { pool in
      defer { first += pool.servers.count }
      return PoolPlan(
        name: pool.name,
        timeouts: ConnectionTimeouts(
          connect: Nanoseconds(pool.timeouts.connect), firstByte: Nanoseconds(pool.timeouts.firstByte),
          betweenBytes: Nanoseconds(pool.timeouts.betweenBytes), idle: Nanoseconds(pool.idleTimeout)),
        idleConnections: pool.idleConnections,
        servers: pool.servers.map { server in
          ServerPlan(
            state: servers.state(of: ServerName(pool: pool.name, server: server.name)), weight: server.weight,
            tls: pool.tls.map { Self.tls(of: server, $0, anchors: anchors[pool.name]) })
        },
        firstServer: first)
    }
    let listeners = configuration.listeners.map { Self.plan($0, all: configuration.listeners, tls) }
    var seen: Set<TLSSettings> = []
    self.tls = listeners.compactMap(\.tls).filter { seen.insert($0).inserted }.compactMap { settings in
      tls.first { $0.settings.name == settings.name }.map {
        TLSPlan(settings: settings, certificates: $0.certificates, tickets: $0.tickets)
      }
    }
    self.listeners = listeners
  }

  private static func tls(
    of server: ServerConfiguration, _ tls: OriginTLSConfiguration, anchors: TrustAnchors?
  ) -> ServerTLS {
    let host: String? = if case .tcp(let host, _) = server.address { host } else { nil }
    guard tls.verify else { return .unverified(name: tls.name ?? host) }
    // A Unix socket without a name is no configuration that gets here.
    return .verified(name: tls.name ?? host ?? "", anchors ?? .nobody)
  }

  /// Whether workers need OpenSSL.
  var usesTLS: Bool { !tls.isEmpty || pools.contains { $0.servers.contains { $0.tls != nil } } }

  private static func plan(
    _ listener: ListenerConfiguration, all: [ListenerConfiguration], _ profiles: [TLSPlan]
  ) -> ListenerPlan {
    let protocols = listener.spoken.map { ApplicationProtocol($0) }
    var settings = listener.tls.map { name in
      profiles.first { $0.settings.name == name }?.settings ?? TLSSettings(name: name)
    }
    settings?.protocols = protocols
    let redirect = listener.redirectTo.flatMap { name in all.first { $0.name == name } }
    return ListenerPlan(
      name: listener.name, scheme: listener.tls == nil ? .http : .https, publicPort: publicPort(of: listener),
      redirectsTo: redirect.map {
        ConnectionFacts.Redirect(scheme: $0.tls == nil ? .http : .https, port: publicPort(of: $0))
      }, tls: settings, protocols: protocols)
  }

  private static func publicPort(of listener: ListenerConfiguration) -> UInt16 {
    UInt16(clamping: listener.publicPort ?? (listener.tls == nil ? 80 : 443))
  }

  /// What a client may take.
  var limits: SessionLimits {
    let limits = configuration.limits
    var result = SessionLimits(
      head: HeadLimits(
        requestLineOctets: limits.requestLine, sectionOctets: limits.headerSection, fields: limits.headerFields),
      handshakeTimeout: Nanoseconds(limits.handshakeTimeout), headTimeout: Nanoseconds(limits.headTimeout),
      bodyGrace: Nanoseconds(LimitsConfiguration.bodyGrace), bodyRate: Int64(limits.bodyRate),
      keepAlive: Nanoseconds(limits.keepAlive), writeTimeout: Nanoseconds(limits.writeTimeout),
      connectionsPerWorker: limits.connectionsPerWorker, connectionsPerAddress: limits.connectionsPerAddress,
      handshakes: limits.handshakes)
    result.http2.head = result.head
    return result
  }

  var writesLog: Bool { configuration.log.access != .off }

  /// How its log lines look.
  var logSettings: AccessLogLine.Settings {
    AccessLogLine.Settings(
      addresses: configuration.log.fullAddresses ? .full : .network, showsQuery: configuration.log.query)
  }
}

extension ApplicationProtocol {
  fileprivate init(_ spoken: ListenerProtocol) {
    self =
      switch spoken {
      case .http1: .http1
      case .http2: .http2
      }
  }
}
