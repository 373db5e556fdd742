import Bytes
import Cache
import Configuration
import HTTP
import Telemetry
import Time

/// What a compiled route does, in the form that exchanges use it: one worker's, and one reference to keep.
final class RouteRules {
  enum Action {
    /// The pool's index.
    case pool(Int)
    case redirect(status: UInt16, location: Chunk)
    case respond(status: UInt16, contentType: Chunk, body: Chunk)
  }

  let action: Action
  /// What the route adds to RFC 9111; `nil` where nothing is stored.
  let storage: StoragePolicy?
  /// What keys begin with: the site, and the pool, where routes split one URL.
  let keyPrefix: Chunk
  /// Octets of a request's body.
  let bodyLimit: UInt64
  /// The value of `Strict-Transport-Security`, where the site says it.
  private let transportSecurity: Chunk?
  /// Whether it does: a look at the reference would retain it.
  let isSecured: Bool
  let recorder: RouteRecorder

  init(
    _ route: RouteConfiguration, of site: String, transportSecurity: Chunk?, pools: [String: Int],
    recorders: RecorderRegistry, worker: Int
  ) {
    if case .pool(let pool) = route.action, case .on(let additions) = route.cache {
      keyPrefix = Chunk(copying: "\(site)\0\(pool)")
      storage = StoragePolicy(
        defaultLifetime: additions.defaultTTL.map { Nanoseconds($0) }, storesSetCookie: additions.setCookie == .store)
    } else {
      (keyPrefix, storage) = (Chunk(copying: ""), nil)
    }
    switch route.action {
    case .pool(let name): action = .pool(pools[name] ?? -1)
    case .redirect(let redirect):
      action = .redirect(status: UInt16(clamping: redirect.status), location: Chunk(copying: redirect.to))
    case .respond(let response):
      action = .respond(
        status: UInt16(clamping: response.status), contentType: Chunk(copying: response.contentType),
        body: Chunk(copying: response.body))
    }
    self.transportSecurity = transportSecurity
    isSecured = transportSecurity != nil
    bodyLimit = UInt64(clamping: route.bodyLimit)
    recorder = recorders.recorder(
      site: site, route: route.name, target: route.target.map(LatencyTarget.init), worker: worker)
  }

  /// What an answer says: by HTTPS alone (RFC 6797 §7.2).
  func transportSecurity(on facts: ConnectionFacts) -> Chunk? { facts.scheme == .https ? transportSecurity : nil }
}

extension LatencyTarget {
  /// As the configuration has it.
  public init(_ target: TargetConfiguration) {
    self.init(
      threshold: Nanoseconds(target.latency), percentile: target.percentile.percent,
      availability: target.availability.fraction, measure: target.measure == .total ? .total : .firstByte)
  }
}
