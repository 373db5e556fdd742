import Bytes
import HTTP

/// Who reads a fetch: an exchange that passes it on, or a fill of the cache. Told on the worker's own thread, in the
/// turn of the origin's connection. It stores what it is told and schedules its own turn; it calls nothing back.
/// Attempts that are repeated are invisible to it.
public protocol FetchReader: AnyObject {
  /// A 1xx head other than 101; the octets are lent.
  func fetchInterim(_ head: borrowing ResponseHead, _ octets: Span<UInt8>)
  /// The one final head.
  func fetchHead(_ head: borrowing ResponseHead, _ octets: Span<UInt8>)
  /// Octets of the body, all of which it takes.
  func fetchBody(_ octets: Span<UInt8>) -> FetchDemand
  /// The body is whole. Nothing follows.
  func fetchEnd()
  /// It ended without being whole. Nothing follows.
  func fetchFailed(_ failure: UpstreamFailure)
  /// There is room again for octets of the request's body.
  func fetchWantsBody()
}

/// A reader's answer to what it was given: credit is the only licence to send.
public enum FetchDemand: Sendable {
  case more
  /// Nothing until `Fetching.resume`.
  case pause
}
