import Bytes
import HTTP
import Telemetry
import Time
import Upstream

/// One request and its answer, whatever protocol brought it: it decides what the answer is, gets it, and is asked for
/// it by its session. Recycled by its worker; one thread.
///
/// Its session works on its state and pulls the answer out; fetches and fills tell it news, which it keeps until it is
/// asked. It never calls its session but to say that there is news.
public final class Exchange: FetchReader {
  private var core: ExchangeCore
  /// Who is told of news; beside the state, so that nobody who tells reaches into it.
  private var stream: (any ExchangeStream)?
  private var streamID: UInt32 = 0
  /// News was told since the session looked last.
  private var hasTold = false

  init(services: ExchangeServices) { core = ExchangeCore(services: services) }

  /// Lends the state for the steps of a session's turn, at the cost of one dynamic check. Nothing in the body may reach
  /// this exchange by another way.
  @inline(__always) func withState<Result>(_ body: (inout ExchangeCore) -> Result) -> Result { body(&core) }

  /// Tells a stream of news from now on, once until it attaches again: whoever is told looks at everything. An answer
  /// that is whole at once needs nobody to be told.
  ///
  /// - Parameter id: which of the session's streams it is.
  func attach(to stream: any ExchangeStream, id: UInt32) {
    hasTold = false
    // Most attach again and again.
    if self.stream !== stream { self.stream = stream }
    streamID = id
  }

  /// Nobody is told of news any more.
  func detach() { if stream != nil { stream = nil } }

  // MARK: From its fetch

  /// Keeps it for the session, up to four; a 100 asks for the body.
  public func fetchInterim(_ head: borrowing ResponseHead, _ octets: Span<UInt8>) {
    core.interim(head, octets)
    wake()
  }

  /// Makes the answer's head of it.
  public func fetchHead(_ head: borrowing ResponseHead, _ octets: Span<UInt8>) {
    core.originHead(head, octets)
    wake()
  }

  /// Keeps a copy; asks for no more while the session takes less than comes.
  public func fetchBody(_ octets: Span<UInt8>) -> FetchDemand {
    wake()
    return core.originBody(octets)
  }

  /// The answer is whole.
  public func fetchEnd() {
    core.originEnd()
    wake()
  }

  /// An error page, or the end of an answer that was begun.
  public func fetchFailed(_ failure: UpstreamFailure) {
    core.originFailed(failure)
    wake()
  }

  /// The session may bring more of the request's body.
  public func fetchWantsBody() { wake() }

  // MARK: From fills

  /// Which of its requests it is about.
  var serial: UInt64 { core.serial }

  /// Takes over the fetch of a fill that may not be shared, if it is still about the request that began it.
  func takes(_ fetch: any Fetching, serial: UInt64) -> Bool { core.takes(fetch, serial: serial, as: self) }

  /// Tells the session that there is news; it asks in a turn of its own.
  func wake() {
    guard !hasTold, stream != nil else { return }
    hasTold = true
    stream?.exchangeHasNews(stream: streamID)
  }
}
