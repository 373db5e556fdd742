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

extension RouteCacheConfiguration: Section {
  static let noun = "a route's cache"
  static let defaults = RouteCacheConfiguration()
  static let keys: [Key<Self>] = [
    Key(
      "default_ttl", \.defaultTTL, .duration(.zero...Duration.seconds(365 * 86_400)),
      "The freshness of answers that name none; a tenth of their age at the origin without."),
    Key(
      "set_cookie", \.setCookie, .choice, "Whether an answer with Set-Cookie is stored though it does not say public."),
  ]
}

extension ValueType where Value == CachePolicy {
  static var cachePolicy: ValueType {
    ValueType(.anyOf([.boolean, .choice(["on", "off"]), .section(RouteCacheConfiguration.self)])) { node, decoder in
      if case .scalar(let word, isPlain: true) = node.content, let isOn = Quantity.boolean(word) {
        return isOn ? .on(RouteCacheConfiguration()) : .off
      }
      guard case .mapping = node.content else {
        decoder.expected("`on`, `off` or a mapping", node)
        return nil
      }
      return RouteCacheConfiguration.decode(node, &decoder).map { .on($0) }
    }.written { Schema.text($0 == .off ? "off" : "on") }
  }
}
