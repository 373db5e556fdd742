import Configuration
import Proxy
import TLS
import Telemetry
import Upstream

/// What outlives snapshots, by name: servers, recorders, certificates, ticket keys.
final class Registries {
  let servers = ServerRegistry()
  let recorders = RecorderRegistry()
  let certificates = CertificateRegistry()
  let tickets = TicketRegistry()

  /// Compiles what was loaded. From now on its certificates are served.
  func snapshot(number: Int, _ loaded: LoadedConfiguration) -> Snapshot {
    Snapshot(
      number: number, loaded.configuration, tls: loaded.tls.publish(certificates: certificates, tickets: tickets),
      servers: servers, recorders: recorders, anchors: loaded.anchors.byPool)
  }

  /// Forgets what is not in the snapshot, which every worker has taken.
  func keep(only snapshot: Snapshot) {
    servers.keep(only: Set(snapshot.pools.flatMap { $0.servers.map(\.state.name) }))
    let routes = snapshot.configuration.sites.flatMap { site in
      site.routes.map { RouteName(site: site.name, route: $0.name) }
    }
    recorders.keep(routes: Set(routes), listeners: Set(snapshot.listeners.map(\.name)))
  }
}
