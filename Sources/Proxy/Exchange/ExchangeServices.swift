import Bytes
import Cache
import HTTP
import Telemetry
import Time
import Upstream

/// What the exchanges of one worker share. One thread.
public final class ExchangeServices {
  let fetches: any FetchStarting
  let fills: FillDesk
  /// What the thread's clocks said last.
  let moment: () -> Moment
  private let cache: CacheView
  private let ids: RequestID.Source
  private var stamp = HTTPDateStamp()

  public init(
    fetches: any FetchStarting, cache: consuming CacheView, fills: FillDesk,
    moment: @escaping () -> Moment, seed: UInt64 = .random(in: 0 ... .max)
  ) {
    self.fetches = fetches
    self.cache = cache
    self.fills = fills
    self.moment = moment
    ids = RequestID.Source(seed: seed)
  }

  func lookup(
    _ key: inout CacheKey, for head: borrowing RequestHead, _ octets: Span<UInt8>, as directives: RequestDirectives,
    at now: Instant
  ) -> Lookup { cache.lookup(&key, for: head, octets, as: directives, at: now) }

  func lookup(again reader: consuming FillReader, at now: Instant) -> Lookup { cache.lookup(again: reader, at: now) }

  func invalidate(_ key: inout CacheKey) { cache.invalidate(&key) }

  func nextID() -> RequestID { ids.next() }

  /// The current date for an answer that has none.
  func date(at wall: WallTime) -> [UInt8] {
    stamp.update(to: wall)
    var octets: [UInt8] = []
    stamp.withSpan { octets.append($0) }
    return octets
  }
}
