import Bytes
import Time

/// What the cache had to do with one answer, as the value of `Cache-Status` (RFC 9211).
public struct CacheStatus: Equatable, Sendable {
  /// Why a request went to the origin (`fwd`, §2.2).
  public enum Forward: Equatable, Sendable {
    /// The route has no cache, or the request may not use it.
    case bypass
    /// The method is none that the cache knows.
    case method
    /// Nothing is stored for the URL.
    case uriMiss
    /// Something is, but not for these selecting fields.
    case varyMiss
    /// It is remembered that the answer can't be shared.
    case miss
    /// What is stored is no longer fresh.
    case stale

    /// As RFC 9211 §2.2 writes it.
    public var text: StaticString {
      switch self {
      case .bypass: "bypass"
      case .method: "method"
      case .uriMiss: "uri-miss"
      case .varyMiss: "vary-miss"
      case .miss: "miss"
      case .stale: "stale"
      }
    }
  }

  /// `nil` for a hit.
  public var forward: Forward?
  /// Of the freshness lifetime, what is left; negative where it is over. `nil` where none is known.
  public var timeToLive: Nanoseconds?
  /// Whether the answer is stored now.
  public var isStored: Bool
  /// Whether the request waited for another one's fetch.
  public var isCollapsed: Bool

  public init(
    forward: Forward?, timeToLive: Nanoseconds? = nil, isStored: Bool = false, isCollapsed: Bool = false
  ) {
    (self.forward, self.timeToLive) = (forward, timeToLive)
    (self.isStored, self.isCollapsed) = (isStored, isCollapsed)
  }

  /// Octets of the longest value.
  public static let octetLimit = 80

  /// Appends the value, such as `Yett; hit; ttl=42` or `Yett; fwd=uri-miss; stored`, where there is room for it.
  public func write(to output: inout OutputSpan<UInt8>) {
    if let forward {
      output.append("Yett; fwd=")
      output.append(forward.text)
    } else {
      output.append("Yett; hit")
    }
    if let seconds = timeToLive?.seconds {
      output.append("; ttl=")
      if seconds < 0 { output.append(UInt8(ascii: "-")) }
      output.append(decimal: seconds.magnitude)
    }
    guard forward != nil else { return }
    if isStored { output.append("; stored") }
    if isCollapsed { output.append("; collapsed") }
  }
}
