/// What happens to requests of a site below one path.
public struct RouteConfiguration: Equatable, Sendable {
  /// Unique within its site.
  public var name: String
  /// A prefix that ends at a segment's boundary: `/search` is for `/search` and `/search/…`. In the form that `Target`
  /// matches: unreserved octets decoded, hex digits upper-case.
  public var path: String
  /// `nil`: all that no other route of the same path names. `GET` covers `HEAD` unless that is named elsewhere.
  public var methods: [RouteMethod]?
  public var action: RouteAction
  /// Meaningless unless the action is a pool.
  public var cache: CachePolicy
  /// The largest request body in octets, 0 to 1 TiB; 413 beyond it. Default 16 MiB.
  public var bodyLimit: Int
  /// What was promised to the people behind this route; `nil`: nothing.
  public var target: TargetConfiguration?

  public init(
    name: String = "", path: String = "/", methods: [RouteMethod]? = nil, action: RouteAction = .pool(""),
    cache: CachePolicy = .on(RouteCacheConfiguration()), bodyLimit: Int = 16 << 20, target: TargetConfiguration? = nil
  ) {
    (self.name, self.path, self.methods, self.action) = (name, path, methods, action)
    (self.cache, self.bodyLimit, self.target) = (cache, bodyLimit, target)
  }
}

/// The methods that a route can be limited to (RFC 9110 §9.3 and RFC 5789), in the order of `HTTP.Method`.
public enum RouteMethod: String, CaseIterable, Sendable {
  case get = "GET"
  case head = "HEAD"
  case post = "POST"
  case put = "PUT"
  case delete = "DELETE"
  case options = "OPTIONS"
  case patch = "PATCH"
}

/// Exactly one of these.
public enum RouteAction: Equatable, Sendable {
  /// Passed to a server of this pool, which exists.
  case pool(String)
  case redirect(RedirectConfiguration)
  case respond(FixedResponseConfiguration)
}

/// An answer with a `Location`.
public struct RedirectConfiguration: Equatable, Sendable {
  /// An absolute URL or an absolute path, visible ASCII only.
  public var to: String
  /// 301, 302, 303, 307 or 308. Default 302.
  public var status: Int

  public init(to: String = "/", status: Int = 302) { (self.to, self.status) = (to, status) }
}

/// An answer that Yett gives by itself.
public struct FixedResponseConfiguration: Equatable, Sendable {
  /// 200 to 599. Default 200.
  public var status: Int
  /// At most 64 KiB of UTF-8; empty for 204, 205 and 304. Default empty.
  public var body: String
  /// Default `text/plain; charset=utf-8`.
  public var contentType: String

  public init(status: Int = 200, body: String = "", contentType: String = "text/plain; charset=utf-8") {
    (self.status, self.body, self.contentType) = (status, body, contentType)
  }
}

/// Whether a route's answers may be stored.
public enum CachePolicy: Equatable, Sendable {
  case off
  /// What the headers allow (RFC 9111), with the route's additions.
  case on(RouteCacheConfiguration)
}

/// What a route adds to RFC 9111.
public struct RouteCacheConfiguration: Equatable, Sendable {
  /// The freshness of answers that name none, instead of a heuristic one. Default `nil`.
  public var defaultTTL: Duration?
  public var setCookie: SetCookieRule

  public init(defaultTTL: Duration? = nil, setCookie: SetCookieRule = .ignore) {
    (self.defaultTTL, self.setCookie) = (defaultTTL, setCookie)
  }
}

/// What becomes of an answer with `Set-Cookie` that says neither `public` nor `s-maxage`.
public enum SetCookieRule: String, CaseIterable, Sendable {
  /// It is passed on and not stored: the route makes no exception.
  case ignore
  /// It is stored, cookie and all.
  case store
}

/// What was promised: `latency` for `percentile` of the available answers, and `availability` of all.
public struct TargetConfiguration: Equatable, Sendable {
  /// Good at or under it. 1 ms to 1 h.
  public var latency: Duration
  /// The share of answers that are to be good, in percent, 50 to 99.999. Default 95.
  public var percentile: Percent
  /// The share of answers that are to be neither 5xx nor timed out. Default 99.9 %.
  public var availability: Percent
  public var measure: LatencyMeasure

  public init(
    latency: Duration = .milliseconds(300), percentile: Percent = Percent(millionths: 950_000),
    availability: Percent = Percent(millionths: 999_000), measure: LatencyMeasure = .firstByte
  ) {
    (self.latency, self.percentile) = (latency, percentile)
    (self.availability, self.measure) = (availability, measure)
  }
}

/// Until when latency is counted, from the last octet of the request's head.
public enum LatencyMeasure: String, CaseIterable, Sendable {
  /// Until the answer's head is given to the kernel.
  case firstByte = "first_byte"
  /// Until its last octet is.
  case total
}

/// A share of a whole, exact to a ten-thousandth of a percent.
public struct Percent: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// 0 to 1,000,000: 99.9 % is 999,000.
  public let millionths: Int

  public init(millionths: Int) { self.millionths = max(0, min(millionths, 1_000_000)) }

  /// 0 to 1.
  public var fraction: Double { Double(millionths) / 1_000_000 }
  /// 0 to 100.
  public var percent: Double { Double(millionths) / 10_000 }

  public static func < (left: Percent, right: Percent) -> Bool { left.millionths < right.millionths }

  /// `99.9`, without the sign.
  public var description: String {
    let (whole, rest) = millionths.quotientAndRemainder(dividingBy: 10_000)
    guard rest != 0 else { return "\(whole)" }
    var digits = String(10_000 + rest).dropFirst()
    while digits.last == "0" { digits.removeLast() }
    return "\(whole).\(digits)"
  }
}
