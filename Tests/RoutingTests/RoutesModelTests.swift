import Bytes
import Configuration
import HTTP
import Testing

@testable import Routing

/// The rules of routing written down as plainly as they are said.
struct PlainRoutes {
  let configuration: Configuration

  func match(_ host: String, _ path: String, _ method: Method) -> RouteMatch {
    guard let site = site(host) else { return .noSite }
    let first = configuration.sites[..<site].reduce(0) { $0 + $1.routes.count }
    let matching = configuration.sites[site].routes.enumerated().filter { covers($1.path, path) }
    let best = matching.filter { rank($0.element, method) > 0 }
      .max { (length($0), rank($0.element, method)) < (length($1), rank($1.element, method)) }
    if let best { return .route(site: site, route: first + best.offset) }
    guard !matching.isEmpty else { return .noRoute(site: site) }
    var allowed = MethodSet()
    for (_, route) in matching {
      for named in route.methods ?? [] {
        allowed.insert(named.method)
        if named == .get { allowed.insert(.head) }
      }
    }
    return .methodNotAllowed(site: site, allowed: allowed)
  }

  private func site(_ host: String) -> Int? {
    var best: (rank: Int, site: Int)?
    for (index, site) in configuration.sites.enumerated() {
      for pattern in site.hosts {
        let rank: Int? =
          switch pattern {
          case .exact(let name): name == host ? 1_000 : nil
          case .wildcard(let parent):
            host.hasSuffix("." + parent) && host.utf8.count > parent.utf8.count + 1 ? parent.utf8.count : nil
          case .any: 0
          }
        if let rank, rank > best?.rank ?? -1 { best = (rank, index) }
      }
    }
    return best?.site
  }

  private func length(_ entry: (offset: Int, element: RouteConfiguration)) -> Int { entry.element.path.utf8.count }

  private func covers(_ prefix: String, _ path: String) -> Bool {
    path == prefix || path.hasPrefix(prefix.hasSuffix("/") ? prefix : prefix + "/")
  }

  /// How well a route takes a method; 0 is not at all.
  private func rank(_ route: RouteConfiguration, _ method: Method) -> Int {
    guard let methods = route.methods else { return 1 }
    if methods.contains(where: { $0.method == method }) { return 3 }
    return method == .head && methods.contains(.get) ? 2 : 0
  }
}

@Suite("Routes beside a plain model of themselves")
struct RoutesModelTests {
  @Test("random tables and requests agree", arguments: 0..<60)
  func agree(round: Int) {
    var random = SplitMix64(seed: UInt64(round) &* 7_919 &+ 1)
    let labels = ["a", "b", "ab", "x-1"]
    let segments = ["a", "b", "ab", "", "%2F", "long-segment-of-a-path-that-goes-on-and-on-for-more-than-sixty-octets"]
    func host() -> String {
      (0..<Int.random(in: 1...4, using: &random)).map { _ in labels.randomElement(using: &random) ?? "a" }
        .joined(separator: ".")
    }
    func path() -> String {
      (0..<Int.random(in: 1...4, using: &random)).map { _ in "/" + (segments.randomElement(using: &random) ?? "") }
        .joined()
    }
    var taken: Set<HostPattern> = []
    var sites: [SiteConfiguration] = []
    for index in 0..<Int.random(in: 0...20, using: &random) {
      var patterns: [HostPattern] = []
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let pattern: HostPattern
        switch Int.random(in: 0..<10, using: &random) {
        case 0: pattern = .any
        case 1...3: pattern = .wildcard(below: host())
        default: pattern = .exact(host())
        }
        if taken.insert(pattern).inserted { patterns.append(pattern) }
      }
      var claimed: Set<String> = []
      var routes: [(String, [RouteMethod]?)] = []
      for _ in 0..<Int.random(in: 0...12, using: &random) {
        let path = path()
        let wanted = RouteMethod.allCases.filter { _ in Int.random(in: 0..<4, using: &random) == 0 }
        if wanted.isEmpty {
          if claimed.insert(path).inserted { routes.append((path, nil)) }
        } else {
          let free = wanted.filter { claimed.insert("\($0.rawValue) \(path)").inserted }
          if !free.isEmpty { routes.append((path, free)) }
        }
      }
      sites.append(site("s\(index)", patterns, routes))
    }
    let configuration = configuration(sites)
    let compiled = Routes(configuration)
    let plain = PlainRoutes(configuration: configuration)
    for _ in 0..<400 {
      let (host, path) = (host(), path())
      let method = Method(rawValue: .random(in: 0...9, using: &random)) ?? .get
      let (found, expected) = (compiled.match(host, path, method), plain.match(host, path, method))
      #expect(found == expected, "\(method) \(host) \(path)")
    }
  }
}
