/// One public body or service: hosts and their routes.
public struct SiteConfiguration: Equatable, Sendable {
  /// Unique among sites; the business scope of metrics.
  public var name: String
  /// At least one; no host belongs to two sites.
  public var hosts: [HostPattern]
  /// At least one; their order does not matter to matching.
  public var routes: [RouteConfiguration]
  /// What its answers by HTTPS say of encryption; `nil`: what its origins say.
  public var hsts: HSTSConfiguration?

  public init(
    name: String = "", hosts: [HostPattern] = [], routes: [RouteConfiguration] = [], hsts: HSTSConfiguration? = nil
  ) {
    (self.name, self.hosts, self.routes, self.hsts) = (name, hosts, routes, hsts)
  }
}

extension SiteConfiguration: Section {
  static let noun = "a site"
  static let defaults = SiteConfiguration()
  static let keys: [Key<Self>] = [
    Key("name", \.name, .name(of: .site), isRequired: true, "The public body or service; metrics carry it."),
    Key(
      "hosts", \.hosts, .list(of: .host, atLeast: 1, atMost: 1_024), isRequired: true,
      "Hosts it answers for: exact, `*.below.a.name`, or `*` for what no other site names."),
    Key(
      "routes", \.routes, .list(of: .section, atLeast: 1, atMost: 1_024), isRequired: true,
      "What happens to its requests; the longest path wins, whatever the order."),
    Key("hsts", \.hsts, .hsts, "For how long browsers come by HTTPS alone; in place of what origins say."),
  ]

  static func check(_ site: inout Self, _ node: Node, _ decoder: inout Decoder) {
    decoder.forget(.route)
    refuseUnreachable(site, node, &decoder)
  }

  /// Two routes of one path may not both be for the same method, nor both for all that the others leave.
  private static func refuseUnreachable(_ site: Self, _ node: Node, _ decoder: inout Decoder) {
    struct Claim: Hashable {
      let path: String
      let method: RouteMethod?
    }
    var claims: [Claim: Int] = [:]
    for (index, (route, node)) in zip(site.routes, node["routes"]?.mappings ?? []).enumerated()
    where node["path"] != nil {
      let methods = route.methods.map { $0.map(Optional.some) } ?? [nil]
      for method in methods {
        let claim = Claim(path: route.path, method: method)
        if let owner = claims[claim] {
          // A method that one route names twice is said where its methods are.
          guard owner != index else { continue }
          let what = method.map { "\($0.rawValue) of \(quoted(route.path))" } ?? quoted(route.path)
          let place = node["path"]?.place ?? node.place
          let first = quoted(site.routes[owner].name)
          decoder.note("unreachable route \(quoted(route.name)): \(what) goes to \(first) already", at: place)
        } else {
          claims[claim] = index
        }
      }
    }
  }
}
