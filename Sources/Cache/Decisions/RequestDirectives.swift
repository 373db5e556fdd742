import Bytes
import HTTP

/// What a request means to the cache, decided from its head alone.
public struct RequestDirectives: Equatable, Sendable {
  public enum Use: Equatable, Sendable {
    /// Neither answered from memory nor stored: the origin alone may answer.
    case bypass
    /// Answered from memory where that is fresh, and passed otherwise; never stored, never collapsed with others.
    case read
    /// Answered from memory, from a fill under way, or by one of its own.
    case fill
  }

  /// What the cache may be to the request.
  public let use: Use
  /// RFC 9111 §5.2.1.7: where memory has nothing fresh, the answer is a 504.
  public let onlyIfCached: Bool
  /// RFC 9111 §3.5.
  public let hasAuthorization: Bool

  public init(use: Use, onlyIfCached: Bool = false, hasAuthorization: Bool = false) {
    (self.use, self.onlyIfCached, self.hasAuthorization) = (use, onlyIfCached, hasAuthorization)
  }

  /// A client's `no-cache`, `max-age`, `min-fresh`, `max-stale` and `Pragma` change nothing: RFC 9111 §5.2.1 has them
  /// as preferences, and whoever could order everyone's page from the origin by pressing reload could order it a
  /// thousand times a second. `no-store` must be obeyed (§5.2.1.5), which leaves what is stored already;
  /// `only-if-cached` asks the origin for nothing, so it costs nothing to obey.
  ///
  /// `If-Match` and `If-Unmodified-Since` ask about the origin's state (RFC 9110 §13.1), which memory does not know.
  /// `HEAD` and `Range` read: what answers them is not what GET would store.
  public init(_ head: borrowing RequestHead, _ octets: Span<UInt8>) {
    let control = CacheControl(head.fields, octets)
    let hasBody = head.framing != .none && head.framing != .length(0)
    let isConditional = head.fields.contains(.ifMatch) || head.fields.contains(.ifUnmodifiedSince)
    let isPartial = head.fields.contains(.range)
    let hasAuthorization = head.fields.contains(.authorization)
    let use: Use
    switch head.method {
    case _ where hasBody || isConditional: use = .bypass
    case .get: use = isPartial || control.directives.contains(.noStore) ? .read : .fill
    case .head: use = .read
    case .post, .put, .delete, .options, .patch, .connect, .trace, .other: use = .bypass
    }
    self.init(
      use: use, onlyIfCached: control.directives.contains(.onlyIfCached), hasAuthorization: hasAuthorization)
  }
}
