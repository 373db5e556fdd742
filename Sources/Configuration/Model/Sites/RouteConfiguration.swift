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

extension RouteConfiguration: Section {
  static let noun = "a route"
  static let defaults = RouteConfiguration()
  static let keys: [Key<Self>] = [
    Key("name", \.name, .name(of: .route), isRequired: true, "Unique in its site; metrics and targets carry it."),
    Key(
      "path", \.path, .routePath, isRequired: true,
      "A prefix that ends at a segment's boundary: `/search` is for `/search` and `/search/…`."),
    Key(
      "methods", \.methods, .list(of: .choice, atLeast: 1, atMost: RouteMethod.allCases.count),
      "The methods it is for, GET covering HEAD; all that no other route of its path names, unless set."),
    Key("pool", .reference(to: .pool), "The pool whose servers answer.") { $0.action = .pool($1) },
    Key("redirect", .section, "An answer with a Location.") { $0.action = .redirect($1) },
    Key("respond", .section, "An answer of Yett's own.") { $0.action = .respond($1) },
    Key("cache", \.cache, .cachePolicy, "`on` (what the headers allow), `off`, or what to add to the headers."),
    Key("body_limit", \.bodyLimit, .size(0...1 << 40), "The largest request body; 413 beyond."),
    Key("target", \.target, .section, "What was promised to the people behind this route."),
  ]

  static func check(_ route: inout Self, _ node: Node, _ decoder: inout Decoder) {
    let actions = ["pool", "redirect", "respond"].filter { node[$0] != nil }
    if actions.isEmpty {
      decoder.note("a route without an action; give it one of `pool`, `redirect` and `respond`", at: node.place)
    } else if actions.count > 1 {
      let given = actions.map { "`\($0)`" }.joined(separator: " and ")
      decoder.note("a route with more than one action: \(given)", at: node.place)
    }
    if !actions.isEmpty, !actions.contains("pool"), let cache = node["cache"] {
      decoder.note("`cache` on a route without a `pool`: there is nothing to store", at: cache.place)
    }
    if let methods = route.methods, Set(methods).count < methods.count, let place = node["methods"]?.place {
      decoder.note("a method named twice", at: place)
    }
  }
}
