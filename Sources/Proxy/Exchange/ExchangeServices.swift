import Telemetry
import Time
import Upstream

/// What the exchanges of one worker share. One thread.
public final class ExchangeServices {
  let fetches: any FetchStarting
  let log: AccessLog
  private var ids: RequestID.Source
  private var date = DateField()

  public init(fetches: any FetchStarting, log: AccessLog, seed: UInt64 = .random(in: 0 ... .max)) {
    self.fetches = fetches
    self.log = log
    ids = RequestID.Source(seed: seed)
  }

  func nextID() -> RequestID { ids.next() }

  /// The current date for an answer that has none.
  func withDate<E: Error>(at wall: WallTime, _ body: (borrowing DateField) throws(E) -> Void) throws(E) {
    date.update(to: wall)
    try body(date)
  }
}
