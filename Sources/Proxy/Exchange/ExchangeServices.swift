import Bytes
import Telemetry
import Time
import Upstream

/// What the exchanges of one worker share. One thread.
public final class ExchangeServices {
  let fetches: any FetchStarting
  let log: AccessLog
  private var ids: RequestID.Source
  private var stamp = HTTPDateStamp()

  public init(fetches: any FetchStarting, log: AccessLog, seed: UInt64 = .random(in: 0 ... .max)) {
    self.fetches = fetches
    self.log = log
    ids = RequestID.Source(seed: seed)
  }

  func nextID() -> RequestID { ids.next() }

  /// The current date for an answer that has none.
  func date(at wall: WallTime) -> [UInt8] {
    stamp.update(to: wall)
    var octets: [UInt8] = []
    stamp.withSpan { octets.append($0) }
    return octets
  }
}
