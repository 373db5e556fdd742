import Bytes
import Configuration
import HTTP

/// The sites and routes of one configuration, compiled for looking up: flat arrays, no allocation and no reference
/// count a look-up. One per worker, since even an array's storage that workers share is one line of memory too many.
public struct Routes: ~Copyable, Sendable {
  @usableFromInline static let exactHost: UInt32 = 0
  @usableFromInline static let wildcardHost: UInt32 = 1
  /// Methods told apart by `Method`.
  @usableFromInline static let methods = 10

  /// What is known of the paths of one site before any is looked at.
  @usableFromInline struct SiteEntry: Sendable {
    /// The longest path, in octets.
    @usableFromInline var longest = 0
    /// Bit n: there is a path of n octets; bit 63: of 63 or more.
    @usableFromInline var lengths: UInt64 = 0
    @usableFromInline init() {}
  }

  /// Hosts, hashed from the end, so that every parent of a host is met on the way.
  @usableFromInline var hosts: OctetTable
  /// The site of `*`, or -1.
  @usableFromInline var anySite: Int32 = -1
  @usableFromInline var hasWildcards = false
  @usableFromInline var sites: [SiteEntry]
  /// Paths, salted by site; the value is an index into `targets` divided by `methods`.
  @usableFromInline var paths: OctetTable
  /// The route of each method of each path, or -1.
  @usableFromInline var targets: [Int32] = []

  /// Compiles what was validated: no host twice, no path and method of a site twice (were it so, the first would win).
  ///
  /// - Parameter seed: random, lest anyone outside knows the table's chains.
  public init(_ configuration: Configuration, seed: UInt64 = .random(in: 0 ... .max)) {
    let sites = configuration.sites
    hosts = OctetTable(capacity: sites.reduce(0) { $0 + $1.hosts.count }, seed: seed)
    paths = OctetTable(capacity: sites.reduce(0) { $0 + $1.routes.count }, seed: seed)
    self.sites = Array(repeating: SiteEntry(), count: sites.count)
    var route = 0
    for (index, site) in sites.enumerated() {
      for pattern in site.hosts { add(pattern, site: Int32(clamping: index)) }
      add(site.routes, first: route, site: index)
      route += site.routes.count
    }
  }

  /// All routes in the order of their indices: that of the configuration.
  public static func flattened(_ configuration: Configuration) -> [(site: Int, route: RouteConfiguration)] {
    configuration.sites.enumerated().flatMap { index, site in site.routes.map { (index, $0) } }
  }

  /// The route of a request.
  ///
  /// - Parameters:
  ///   - host: lower-case, without final dot and port; IPv6 in brackets; empty for a request that names none.
  ///   - path: in the form for matching: unreserved octets decoded, hex digits upper-case.
  @inlinable public func match(host: Span<UInt8>, path: Span<UInt8>, method: Method) -> RouteMatch {
    let site = siteIndex(host)
    guard site >= 0 else { return .noSite }
    return match(site: Int(site), path: path, method: method)
  }

  /// The site that answers for a host: exact, then the longest wildcard, then `*`.
  @inlinable public func site(host: Span<UInt8>) -> Int? {
    let site = siteIndex(host)
    return site >= 0 ? Int(site) : nil
  }

  /// -1 where there is none.
  @inlinable func siteIndex(_ host: Span<UInt8>) -> Int32 {
    var hash = OctetHash(seed: hosts.seed)
    var best = anySite
    var position = host.count
    while position > 0 {
      position &-= 1
      let octet = host[position]
      if octet == .dot, hasWildcards, position > 0 {
        let parent = hash.value(salt: Self.wildcardHost)
        let start = position &+ 1
        let found = hosts.find(host, from: start, count: host.count &- start, hash: parent, salt: Self.wildcardHost)
        if found >= 0 { best = found }
      }
      hash.add(octet)
    }
    let whole = hash.value(salt: Self.exactHost)
    let found = hosts.find(host, from: 0, count: host.count, hash: whole, salt: Self.exactHost)
    return found >= 0 ? found : best
  }

  /// Walks the path once; at each end of a segment it looks whether a route ends there too.
  @inlinable func match(site: Int, path: Span<UInt8>, method: Method) -> RouteMatch {
    let entry = sites[site]
    let salt = UInt32(truncatingIfNeeded: site)
    var hash = OctetHash(seed: paths.seed)
    var best: Int32 = -1
    var allowed = MethodSet()
    var length = 0
    let end = Swift.min(path.count, entry.longest)
    while true {
      // `/search` ends before a slash or with the path, `/search/` with its own slash.
      let isBoundary = length == path.count || (length > 0 && (path[length] == .slash || path[length &- 1] == .slash))
      if isBoundary, entry.lengths >> UInt64(Swift.min(length, 63)) & 1 == 1 {
        let found = paths.find(path, from: 0, count: length, hash: hash.value(salt: salt), salt: salt)
        if found >= 0 {
          let target = targets[Int(found) &* Self.methods &+ Int(method.rawValue)]
          if target >= 0 { best = target } else { allowed.formUnion(methods(of: found)) }
        }
      }
      guard length < end else { break }
      hash.add(path[length])
      length &+= 1
    }
    if best >= 0 { return .route(site: site, route: Int(best)) }
    return allowed.isEmpty ? .noRoute(site: site) : .methodNotAllowed(site: site, allowed: allowed)
  }

  /// What a path has routes for.
  @usableFromInline func methods(of path: Int32) -> MethodSet {
    var set = MethodSet()
    for index in 0..<Self.methods where targets[Int(path) * Self.methods + index] >= 0 {
      if let method = Method(rawValue: UInt8(index)) { set.insert(method) }
    }
    return set
  }

  private mutating func add(_ pattern: HostPattern, site: Int32) {
    switch pattern {
    case .any: if anySite < 0 { anySite = site }
    case .exact(let host): hosts.insert(Array(host.utf8), salt: Self.exactHost, isBackward: true, value: site)
    case .wildcard(let parent):
      hasWildcards = true
      hosts.insert(Array(parent.utf8), salt: Self.wildcardHost, isBackward: true, value: site)
    }
  }

  /// - Parameter first: the index of the site's first route.
  private mutating func add(_ routes: [RouteConfiguration], first: Int, site: Int) {
    var groups: [String: Int32] = [:]
    for (offset, route) in routes.enumerated() where groups[route.path] == nil {
      let octets = Array(route.path.utf8)
      let group = Int32(clamping: targets.count / Self.methods)
      groups[route.path] = group
      paths.insert(octets, salt: UInt32(truncatingIfNeeded: site), isBackward: false, value: group)
      sites[site].longest = Swift.max(sites[site].longest, octets.count)
      sites[site].lengths |= 1 << UInt64(Swift.min(octets.count, 63))
      let sharing = routes.enumerated().filter { $0.offset >= offset && $0.element.path == route.path }
        .map { MethodClaim(route: Int32(clamping: first + $0.offset), methods: $0.element.methods) }
      targets += MethodClaim.settle(sharing)
    }
  }
}
