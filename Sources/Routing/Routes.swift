import Bytes
import Configuration
import HTTP

/// The sites and routes of one configuration, compiled for looking up: flat arrays, no allocation and no reference
/// count a look-up. One per worker, since even an array's storage that workers share is one line of memory too many.
public struct Routes: ~Copyable, Sendable {
  /// Methods told apart by `Method`.
  @usableFromInline static let methods = 10

  /// The lengths of the paths of one site: a range of `lengths`, each once, ascending.
  @usableFromInline struct SiteEntry: Sendable {
    @usableFromInline var first: Int
    @usableFromInline var end: Int
    @usableFromInline init(first: Int, end: Int) { (self.first, self.end) = (first, end) }
  }

  /// Exact hosts, which most requests name.
  @usableFromInline var hosts: OctetTable
  /// What follows `*.`, hashed from the end, so that every parent of a host is met on the way.
  @usableFromInline var parents: OctetTable
  /// The site of `*`, or -1.
  @usableFromInline var anySite: Int32 = -1
  /// Of `parents`.
  @usableFromInline var parentLengths = LengthSet()
  @usableFromInline var sites: [SiteEntry] = []
  @usableFromInline var lengths: [Int] = []
  /// Paths, salted by site; the value is an index into `targets` divided by `methods`.
  @usableFromInline var paths: OctetTable
  /// The route of each method of each path, or -1.
  @usableFromInline var targets: [Int32] = []

  /// Compiles what was validated: no host twice, no path and method of a site twice (were it so, the first would win).
  ///
  /// - Parameter seed: random, lest anyone outside knows the table's chains.
  public init(_ configuration: Configuration, seed: UInt64 = .random(in: 0 ... .max)) {
    let sites = configuration.sites
    let patterns = sites.reduce(0) { $0 + $1.hosts.count }
    hosts = OctetTable(capacity: patterns, seed: seed)
    parents = OctetTable(capacity: patterns, seed: seed)
    paths = OctetTable(capacity: sites.reduce(0) { $0 + $1.routes.count }, seed: seed)
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

  /// The route of a request. `OPTIONS *` has no path, so that no route is for it.
  @inlinable public func match(_ target: borrowing Target, method: Method) -> RouteMatch {
    match(host: target.host, path: target.matchPath, method: method)
  }

  /// The site that answers for a host: exact, then the longest wildcard, then `*`.
  @inlinable public func site(host: Span<UInt8>) -> Int? {
    let site = siteIndex(host)
    return site >= 0 ? Int(site) : nil
  }

  /// -1 where there is none.
  @inlinable func siteIndex(_ host: Span<UInt8>) -> Int32 {
    var hash = OctetHash(seed: hosts.seed)
    for index in host.indices { hash.add(host[index]) }
    let found = hosts.find(host, hash: hash.value(salt: 0), salt: 0)
    if found >= 0 { return found }
    return parentLengths.isEmpty ? anySite : wildcard(host)
  }

  /// The site of the longest parent, or of `*`.
  @inlinable func wildcard(_ host: Span<UInt8>) -> Int32 {
    var hash = OctetHash(seed: parents.seed)
    var best = anySite
    var position = host.count
    // Something has to stand before the dot.
    while position > 1 {
      position &-= 1
      let octet = host[position]
      if octet == .dot, parentLengths.mayContain(host.count &- position &- 1) {
        let parent = host.extracting(position &+ 1..<host.count)
        let found = parents.find(parent, hash: hash.value(salt: 0), salt: 0)
        if found >= 0 { best = found }
      }
      hash.add(octet)
    }
    return best
  }

  /// Asks of each length that the site's paths have, whether a segment ends there and whether a path does. The path is
  /// hashed once, no further than the longest of them.
  @inlinable func match(site: Int, path: Span<UInt8>, method: Method) -> RouteMatch {
    let entry = sites[site]
    let salt = UInt32(truncatingIfNeeded: site)
    var hash = OctetHash(seed: paths.seed)
    var hashed = 0
    var best: Int32 = -1
    var allowed = MethodSet()
    var index = entry.first
    while index < entry.end {
      let length = lengths[index]
      guard length <= path.count else { break }
      index &+= 1
      guard endsSegment(path, at: length) else { continue }
      while hashed < length {
        hash.add(path[hashed])
        hashed &+= 1
      }
      let found = paths.find(path.extracting(0..<length), hash: hash.value(salt: salt), salt: salt)
      guard found >= 0 else { continue }
      let target = targets[Int(found) &* Self.methods &+ Int(method.rawValue)]
      if target >= 0 { best = target } else { allowed.formUnion(methods(of: found)) }
    }
    if best >= 0 { return .route(site: site, route: Int(best)) }
    return allowed.isEmpty ? .noRoute(site: site) : .methodNotAllowed(site: site, allowed: allowed)
  }

  /// `/search` ends before a slash or with the path, `/search/` with its own slash.
  @inlinable func endsSegment(_ path: Span<UInt8>, at length: Int) -> Bool {
    length == path.count || (length > 0 && (path[length] == .slash || path[length &- 1] == .slash))
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
    case .exact(let host): hosts.insert(Array(host.utf8), salt: 0, isBackward: false, value: site)
    case .wildcard(let parent):
      let octets = Array(parent.utf8)
      parentLengths.insert(octets.count)
      parents.insert(octets, salt: 0, isBackward: true, value: site)
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
      let sharing = routes.enumerated().filter { $0.offset >= offset && $0.element.path == route.path }
        .map { MethodClaim(route: Int32(clamping: first + $0.offset), methods: $0.element.methods) }
      targets += MethodClaim.settle(sharing)
    }
    let ascending = Set(groups.keys.map(\.utf8.count)).sorted()
    sites.append(SiteEntry(first: lengths.count, end: lengths.count + ascending.count))
    lengths += ascending
  }
}
