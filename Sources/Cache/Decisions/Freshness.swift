import Bytes
import HTTP
import Time

/// How long a response is fresh and how old it was when it came (RFC 9111 §4.2).
public struct Freshness: Equatable, Sendable {
  /// 0 s to 2³¹ s.
  public let lifetime: Nanoseconds
  /// `corrected_initial_age` of §4.2.3; 0 s or more.
  public let initialAge: Nanoseconds

  public init(lifetime: Nanoseconds, initialAge: Nanoseconds) {
    (self.lifetime, self.initialAge) = (lifetime, initialAge)
  }

  /// What is left of the lifetime when the response comes; 0 or less where it comes stale.
  public var remaining: Nanoseconds { lifetime - initialAge }

  /// The ceiling of heuristic lifetimes: a day, as §4.2.2 hints.
  public static let heuristicCeiling = Nanoseconds.seconds(86_400)

  /// Reads the fields of a response. A shared cache's rules (§4.2.1): `s-maxage`, then `max-age`, then `Expires`, then
  /// the route's, then a heuristic lifetime.
  ///
  /// - Parameter mayGuess: whether a lifetime that the response does not name may be assumed.
  public init(
    _ fields: borrowing FieldTable, _ octets: Span<UInt8>, control: CacheControl, mayGuess: Bool,
    policy: StoragePolicy, at moment: ResponseMoment
  ) {
    let dates = ResponseDates(fields, octets, receivedWall: moment.receivedWall)
    initialAge = Self.initialAge(fields, octets, date: dates.date, at: moment)
    let named = control.sMaxAge ?? control.maxAge ?? dates.expiresAfter
    if let named {
      lifetime = max(.zero, min(named, DeltaSeconds.ceiling))
    } else if mayGuess {
      lifetime = policy.defaultLifetime ?? Self.heuristicLifetime(sinceModified: dates.sinceModified)
    } else {
      lifetime = .zero
    }
  }

  /// A tenth of what the page's age was at the origin (§4.2.2).
  ///
  /// - Parameter sinceModified: `Date` minus `Last-Modified`; negative where the origin's clock is wrong.
  /// - Returns: 0 s to `heuristicCeiling`; 0 without `Last-Modified`.
  static func heuristicLifetime(sinceModified: Nanoseconds?) -> Nanoseconds {
    // A modification in the future tells nothing of how often the page changes.
    guard let sinceModified, sinceModified > .zero else { return .zero }
    return min(sinceModified / 10, heuristicCeiling)
  }

  /// `corrected_initial_age` (§4.2.3). Where there is an `Age`, it is trusted alone, as the section allows; otherwise
  /// the apparent age (our clock less the origin's `Date`) counts too.
  private static func initialAge(
    _ fields: borrowing FieldTable, _ octets: Span<UInt8>, date: WallTime, at moment: ResponseMoment
  ) -> Nanoseconds {
    guard let slot = fields.first(.age) else {
      // Dates have whole seconds: what is younger than one has no age.
      let apparent = WallTime(seconds: moment.receivedWall.seconds) - date
      return max(moment.delay, apparent)
    }
    let value = octets[clamped: slot.value]
    var list = ListField()
    // §5.1: of a list the first member; what is no number is passed over.
    guard let member = list.next(in: value), let age = DeltaSeconds.read(value.extracting(member)) else {
      return moment.delay
    }
    return age + moment.delay
  }
}

/// The dates of a response, read once.
struct ResponseDates {
  /// The time of receipt where there is no `Date` that can be read (RFC 9110 §6.6.1).
  let date: WallTime
  let lastModified: WallTime?
  /// `Expires` minus `Date`; the least of several; 0 for what is no date, such as `0` (RFC 9111 §5.3). `nil` where
  /// there is no `Expires`.
  let expiresAfter: Nanoseconds?

  var sinceModified: Nanoseconds? { lastModified.map { date - $0 } }

  init(_ fields: borrowing FieldTable, _ octets: Span<UInt8>, receivedWall: WallTime) {
    let date =
      fields.first(.date).flatMap { HTTPDate.parse(octets[clamped: $0.value], now: receivedWall) } ?? receivedWall
    lastModified = fields.first(.lastModified).flatMap { HTTPDate.parse(octets[clamped: $0.value], now: receivedWall) }
    var least: Nanoseconds?
    let slots = fields.span
    for index in slots.indices {
      let slot = slots[index]
      guard slot.known == .expires else { continue }
      let expires = HTTPDate.parse(octets[clamped: slot.value], now: receivedWall)
      let span = expires.map { max(.zero, $0 - date) } ?? .zero
      least = least.map { min($0, span) } ?? span
    }
    self.date = date
    expiresAfter = least
  }
}
