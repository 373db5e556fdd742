/// One public body or service: hosts and their routes.
public struct SiteConfiguration: Equatable, Sendable {
  /// Unique among sites; the business scope of metrics.
  public var name: String
  /// At least one; no host belongs to two sites.
  public var hosts: [HostPattern]
  /// At least one; their order does not matter to matching.
  public var routes: [RouteConfiguration]

  public init(name: String = "", hosts: [HostPattern] = [], routes: [RouteConfiguration] = []) {
    (self.name, self.hosts, self.routes) = (name, hosts, routes)
  }
}

/// Which hosts a site answers for; all lower-case and without a final dot, as in `Target`.
public enum HostPattern: Hashable, Sendable, CustomStringConvertible {
  /// `www.mygov.scot`, `127.0.0.1`, `[::1]`
  case exact(String)
  /// `*.mygov.scot`, held as `mygov.scot`: every host below it, at any depth, but not itself.
  case wildcard(below: String)
  /// `*`: every host that no other site names.
  case any

  public var description: String {
    switch self {
    case .exact(let host): host
    case .wildcard(let parent): "*.\(parent)"
    case .any: "*"
    }
  }
}
