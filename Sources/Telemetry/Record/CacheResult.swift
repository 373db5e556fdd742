/// What the cache had to do with an answer. The raw value is an index into counters; the name is a label of metrics and
/// log lines.
public enum CacheResult: UInt8, Sendable, CaseIterable {
  /// Answered from memory, the origin not asked.
  case hit
  /// Not there: fetched, or waited for with others who wanted the same.
  case miss
  /// There, but no longer fresh: fetched anew.
  case expired
  /// Not to be stored: fetched for this client alone.
  case pass
  /// The route has no cache, or the answer is Yett's own (a redirect, a fixed response, an error page).
  case none

  /// A lower-case word.
  public var label: StaticString {
    switch self {
    case .hit: "hit"
    case .miss: "miss"
    case .expired: "expired"
    case .pass: "pass"
    case .none: "none"
    }
  }
}
