import Bytes
import HTTP
import Time

/// Whether the answer to a GET of the cache's own may be stored and shared (RFC 9111 §3).
public enum Storability: Sendable {
  /// - Parameter selectedBy: the request's fields that chose this answer; `nil` where none did.
  case store(Freshness, selectedBy: VarySpec?)
  case refuse(Refusal)

  /// - Parameters:
  ///   - request: of the one whose GET it was: without `Range`, body or condition.
  ///   - octets: in which the response's head was parsed.
  ///   - largest: octets of the largest body that is stored.
  public init(
    _ response: borrowing ResponseHead, _ octets: Span<UInt8>, to request: RequestDirectives, policy: StoragePolicy,
    largest: Int, at moment: ResponseMoment
  ) {
    let control = CacheControl(response.fields, octets)
    if let refusal = Self.refusal(of: response, control, to: request, policy: policy, largest: largest) {
      self = .refuse(refusal)
      return
    }
    let mayGuess = Self.isHeuristicallyCacheable(response.status) || control.directives.contains(.isPublic)
    let freshness = Freshness(
      response.fields, octets, control: control, mayGuess: mayGuess, policy: policy, at: moment)
    guard freshness.remaining > .zero else {
      self = .refuse(.notFresh)
      return
    }
    switch VaryField(response.fields, octets) {
    case .absent: self = .store(freshness, selectedBy: nil)
    case .names(let spec): self = .store(freshness, selectedBy: spec)
    case .any: self = .refuse(.variesByAnything)
    }
  }

  private static func refusal(
    of response: borrowing ResponseHead, _ control: CacheControl, to request: RequestDirectives,
    policy: StoragePolicy, largest: Int
  ) -> Refusal? {
    guard request.use == .fill else { return .requestForbids }
    // 304 and 206 answer what the cache did not ask.
    guard response.status >= 200, response.status != 206, response.status != 304 else { return .status }
    if control.directives.contains(.mustUnderstand) {
      // §5.2.2.3: `no-store` beside it is for caches that don't know the status.
      guard isUnderstood(response.status) else { return .status }
    } else if control.directives.contains(.noStore) {
      return .noStore
    }
    if control.directives.contains(.isPrivate) { return .isPrivate }
    // It could be used only after validation, which would be a fetch each time.
    if control.directives.contains(.noCache) { return .notFresh }
    let isShared = control.directives.contains(.isPublic) || control.sMaxAge != nil
    if request.hasAuthorization, !isShared, !control.directives.contains(.mustRevalidate) { return .authorization }
    if response.fields.first(.setCookie) != nil, !isShared, !policy.storesSetCookie { return .setCookie }
    if case .length(let length) = response.framing, length > UInt64(clamping: largest) { return .tooLarge }
    return nil
  }

  /// RFC 9110 §15.1; 206 is never stored here.
  static func isHeuristicallyCacheable(_ status: UInt16) -> Bool {
    switch status {
    case 200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501: true
    default: false
    }
  }

  /// The final statuses of RFC 9110 §15, but those that need more of a cache than it does.
  private static func isUnderstood(_ status: UInt16) -> Bool {
    switch status {
    case 200...205, 300...303, 305, 307, 308, 400...417, 421, 422, 426, 500...505: true
    default: false
    }
  }
}

/// Why an answer is not stored.
public enum Refusal: Equatable, Sendable, CaseIterable, CustomStringConvertible {
  case requestForbids, status, noStore, isPrivate, notFresh, authorization, setCookie, variesByAnything
  /// The body exceeds the largest object.
  case tooLarge
  /// The fields do not fit a block.
  case badFields

  /// Whether requests for the same go to the origin at once. Otherwise each may try to fill, on its own: one answer
  /// that was not to be stored (an error, a login) says little of the next.
  var isLasting: Bool { self == .tooLarge }

  public var description: String {
    switch self {
    case .requestForbids: "the request forbids it"
    case .status: "its status can't be stored"
    case .noStore: "it says no-store"
    case .isPrivate: "it is private"
    case .notFresh: "it is never fresh"
    case .authorization: "it answers a request with Authorization and does not say that it may be shared"
    case .setCookie: "it sets a cookie"
    case .variesByAnything: "it varies by what no key can hold"
    case .tooLarge: "it exceeds the largest object"
    case .badFields: "its fields can't be stored"
    }
  }
}
