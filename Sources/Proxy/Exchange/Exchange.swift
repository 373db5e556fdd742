import Bytes
import HTTP
import Telemetry
import Time
import Upstream

/// One request and its answer, whatever protocol brought it: it decides what the answer is, gets it, and is asked for
/// it by its session. Recycled by its worker; one thread.
///
/// Its session calls it and pulls the answer out; fetches and fills tell it news, which it keeps until it is asked.
/// It never calls its session but to say that there is news.
public final class Exchange: FetchReader {
  private var core: ExchangeCore
  /// Who is told of news; beside the state, so that nobody who tells reaches into it.
  private var stream: (any ExchangeStream)?
  private var streamID: UInt32 = 0

  public init(services: ExchangeServices) { core = ExchangeCore(services: services) }

  /// Lends the state for several steps of a session's turn, at the cost of one dynamic check. Nothing in the body may
  /// reach this exchange by another way.
  @inline(__always) func withState<Result>(_ body: (inout ExchangeCore) -> Result) -> Result { body(&core) }

  // MARK: From the session

  /// Begins with a head that was read whole.
  ///
  /// - Parameters:
  ///   - octets: what the head was parsed from; lent.
  ///   - id: which of the session's streams this is.
  ///   - began: when the request's first octet was read.
  public func begin(
    _ head: borrowing RequestHead, _ octets: Span<UInt8>, facts: ConnectionFacts, stream: any ExchangeStream,
    id: UInt32, began: Instant, snapshot: WorkerSnapshot, at moment: Moment
  ) {
    (self.stream, streamID) = (stream, id)
    core.open(facts: facts, began: began, snapshot: snapshot, at: moment)
    core.begin(head, octets, at: moment, as: self)
  }

  /// Begins with a head that could not be read: the answer is an error.
  public func refuse(
    _ status: UInt16, why: String, facts: ConnectionFacts, stream: any ExchangeStream, id: UInt32, began: Instant,
    snapshot: WorkerSnapshot, at moment: Moment
  ) {
    (self.stream, streamID) = (stream, id)
    core.open(facts: facts, began: began, snapshot: snapshot, at: moment)
    core.fail(status, why: why)
  }

  /// Octets of the request's body that it takes now.
  public var bodyRoom: Int { core.bodyRoom }
  /// The origin asked for the body that the client holds back.
  public var asksForBody: Bool { core.asksForBody }
  /// No more of the request's body is wanted.
  public var refusesBody: Bool { core.refusesBody }
  /// Up to `bodyRoom` octets of the request's body.
  public func body(_ octets: Span<UInt8>) { core.body(octets) }
  /// The request's body was whole.
  public func bodyEnded() { core.bodyEnded() }
  /// The request's body will not be whole: the origin is never told that it were.
  public func bodyFailed(_ failure: RequestBodyFailure) { core.bodyFailed(failure) }

  /// Takes what is new of a fill that it reads. To be called before anything of the answer is asked for.
  public func proceed(at moment: Moment) { core.proceed(at: moment, as: self) }

  public var hasInterim: Bool { core.hasInterim }
  /// The oldest interim head that was not taken.
  public func takeInterim(_ body: (UInt16, borrowing FieldBlock) -> Void) { core.takeInterim(body) }
  public var hasHead: Bool { core.hasHead }
  /// Takes the answer's head: from now on it can't become another one.
  public func withHead<Result>(_ body: (borrowing AnswerHead) -> Result) -> Result { core.withHead(body) }
  /// Octets of the answer's body, without consuming them.
  public func gather(into slices: inout Slices, limit: Int) -> ExchangeSupply {
    core.gather(into: &slices, limit: limit)
  }
  /// So many of the gathered octets were taken by the socket.
  public func consumed(_ octets: Int) { core.consumed(octets) }
  /// The head was given to the kernel.
  public func answered(at now: Instant) { core.answered(at: now) }
  /// The head can't be sent as it is: the answer ends without it.
  public func abort() { core.abort() }

  /// Ends the exchange, exactly once, however it went: hands its record to recorder and log and lets go of all it has.
  public func finish(_ ending: Ending, octetsIn: UInt64, octetsOut: UInt64, bodyWait: Nanoseconds, at moment: Moment) {
    detach()
    core.finish(
      ending, octetsIn: octetsIn, octetsOut: octetsOut, bodyWait: bodyWait, at: moment, as: self)
  }

  /// After `finish` by its state: nobody is told of news any more.
  func detach() { stream = nil }

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
  func wake() { stream?.exchangeHasNews(stream: streamID) }
}

/// Why a request's body will not be whole.
public enum RequestBodyFailure: Sendable {
  case cutShort
  case malformed(BodyError)
  case tooSlow

  /// What the client is told if it still listens.
  var status: UInt16 {
    switch self {
    case .cutShort, .malformed: 400
    case .tooSlow: 408
    }
  }

  var why: String {
    switch self {
    case .cutShort: "the client ended the connection within the request's body"
    case .malformed(let error): error.description
    case .tooSlow: "the request's body came too slowly"
    }
  }
}
