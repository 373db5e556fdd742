import Time

/// What the operator adds to RFC 9111, for one route.
public struct StoragePolicy: Equatable, Sendable {
  /// The freshness of answers that name none, instead of a heuristic one.
  public var defaultLifetime: Nanoseconds?
  /// Whether an answer with `Set-Cookie` is stored though it says neither `public` nor `s-maxage`.
  public var storesSetCookie: Bool

  public init(defaultLifetime: Nanoseconds? = nil, storesSetCookie: Bool = false) {
    (self.defaultLifetime, self.storesSetCookie) = (defaultLifetime, storesSetCookie)
  }
}
