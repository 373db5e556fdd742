import Bytes
import Configuration
import HTTP
import Routing
import Telemetry
import Time
import Upstream

/// A snapshot as one worker uses it: exchanges keep the one they began with and refer to routes, pools and servers by
/// small indices. Nothing in it is retained by another thread.
public final class WorkerSnapshot {
  public let number: Int
  let routes: Routes
  let rules: [RouteRules]
  let pools: [OriginPool]
  /// Of requests that no route matched.
  let unrouted: RouteRecorder
  /// Of each site; for answers that no route gives.
  private let transportSecurity: [Chunk?]
  private let serverNames: [[UInt8]]
  private let poolNames: [String]

  /// - Parameter worker: its number, from 0.
  public init(_ snapshot: Snapshot, worker: Int) {
    let configuration = snapshot.configuration
    number = snapshot.number
    routes = Routes(configuration)
    let poolIndices = Dictionary(
      configuration.pools.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    let transportSecurity = configuration.sites.map { $0.hsts.map { Chunk(copying: $0.field) } }
    self.transportSecurity = transportSecurity
    rules = Routes.flattened(configuration).map { site, route in
      RouteRules(
        route, of: configuration.sites[site].name, transportSecurity: transportSecurity[site], pools: poolIndices,
        recorders: snapshot.recorders, worker: worker)
    }
    pools = snapshot.pools.map {
      OriginPool(
        name: $0.name, timeouts: $0.timeouts, idleLimit: $0.idleConnections, servers: $0.servers,
        firstServer: $0.firstServer, worker: worker)
    }
    unrouted = snapshot.recorders.unrouted(worker: worker)
    serverNames = snapshot.pools.flatMap { pool in pool.servers.map { Array($0.state.name.server.utf8) } }
    poolNames = snapshot.pools.map(\.name)
  }

  /// `nil` for an index of no pool.
  func pool(_ index: Int) -> OriginPool? { index >= 0 && index < pools.count ? pools[index] : nil }

  /// `nil` where the site says nothing of it.
  func transportSecurity(ofSite site: Int) -> Chunk? {
    site < transportSecurity.count ? transportSecurity[site] : nil
  }

  func serverNameOctets(_ index: Int) -> [UInt8] { index < serverNames.count ? serverNames[index] : [] }
  func serverName(_ index: Int) -> String { String(decoding: serverNameOctets(index), as: UTF8.self) }
  func poolName(_ index: Int) -> String { index < poolNames.count ? poolNames[index] : "" }
}
