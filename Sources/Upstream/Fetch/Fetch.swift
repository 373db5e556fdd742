import EventLoop
import HTTP
import Time

/// One request to a pool, with its attempts: it picks servers, takes connections and gives them up. Its reader sees
/// one head, chunks and one end, however many attempts they took.
///
/// Used again by `Origins` once it has ended and nobody holds it any more.
final class Fetch: Fetching {
  private(set) var progress = FetchProgress()

  private let origins: Origins
  /// Its storage is swapped with the reader's: nothing is copied, and nothing allocated once it has grown.
  private var request = OriginRequest()
  /// Of the last request, once it has ended.
  private var pool: OriginPool?
  private var reader: (any FetchReader)?
  private var connection: UpstreamConnection?
  /// The one that was asked last.
  private var server: PoolServer?
  private var attempts = FetchAttempts(isSafe: true, hasBody: false, at: .never)
  private var isBodyWhole = true

  init(in origins: Origins) { self.origins = origins }

  /// Makes the first attempt. The request's storage comes back as that of an earlier one.
  func start(
    _ request: inout OriginRequest, of pool: OriginPool, for reader: any FetchReader
  ) throws(UpstreamFailure) {
    let now = origins.loop.now
    if self.pool !== pool { self.pool = pool }
    self.reader = reader
    isBodyWhole = request.framing.isEmpty
    progress = FetchProgress()
    progress.began = now
    attempts = FetchAttempts(
      isSafe: request.method.isSafe, hasBody: !isBodyWhole, isShared: request.isShared, at: now)
    do throws(UpstreamFailure) { try attempt(request, of: pool, in: origins.loop) } catch {
      self.reader = nil
      origins.recycle(self)
      throw error
    }
    swap(&self.request, &request)
    request.forget()
  }

  // MARK: From the reader

  var bodyRoom: Int { connection?.bodyRoom ?? 0 }

  func send(_ octets: Span<UInt8>) {
    guard let connection else { return }
    attempts.sent(octets.count)
    connection.send(octets, in: origins.loop)
  }

  func finishBody() {
    isBodyWhole = true
    connection?.finishRequest(in: origins.loop)
  }

  func resume() { connection?.resume(in: origins.loop) }

  func cancel() {
    guard reader != nil else { return }
    reader = nil
    letGo()?.close(in: origins.loop)
    origins.recycle(self)
  }

  // MARK: From the connection, in its turn

  func connected(at now: Instant) {
    progress.connected = now
    server?.state.connected(at: now)
  }

  func wantsBody() { reader?.fetchWantsBody() }

  func interim(_ head: borrowing ResponseHead, _ octets: Span<UInt8>) { reader?.fetchInterim(head, octets) }

  func head(_ head: borrowing ResponseHead, _ octets: Span<UInt8>, sent: Instant, at now: Instant) {
    (progress.sent, progress.head) = (sent, now)
    reader?.fetchHead(head, octets)
  }

  func body(_ octets: Span<UInt8>) -> FetchDemand { reader?.fetchBody(octets) ?? .more }

  func connectionEnded() {
    _ = letGo()
    let told = reader.take()
    told?.fetchEnd()
    origins.recycle(self)
  }

  func connectionFailed(_ failure: UpstreamFailure, to address: Address) {
    _ = letGo()
    guard let pool, let server else { return }
    server.counters.requestFailed()
    let now = origins.loop.now
    if failure.countsAgainstServer { server.state.failedToConnect(at: now) }
    var last = failure
    while retries(after: last, to: address, of: pool, at: now) {
      do throws(UpstreamFailure) {
        try attemptAgain(of: pool)
        // A kept connection takes the body at once, and says no more of it; a new one does when it is connected.
        if !isBodyWhole { reader?.fetchWantsBody() }
        return
      } catch {
        last = error
      }
    }
    let told = reader.take()
    told?.fetchFailed(last)
    origins.recycle(self)
  }

  // MARK: Attempts

  /// Whether another attempt is to be made. Marks who is not to be asked again.
  private func retries(
    after failure: UpstreamFailure, to address: Address, of pool: OriginPool, at now: Instant
  ) -> Bool {
    guard reader != nil, let server else { return false }
    var attempts = self.attempts
    defer { self.attempts = attempts }
    let hasOtherAddress = failure.stage == .connecting && server.turnAway(from: address)
    return attempts.failed(
      failure, at: server.index, hasOtherAddress: hasOtherAddress,
      untried: { pool.remaining(excluding: $0, at: now) }, now: now)
  }

  /// Taken out meanwhile: what is lent of a class's own state is checked for, what is moved is not.
  private func attemptAgain(of pool: OriginPool) throws(UpstreamFailure) {
    var request = OriginRequest()
    swap(&self.request, &request)
    defer { swap(&self.request, &request) }
    try attempt(request, of: pool, in: origins.loop)
  }

  /// - Throws: why none could be begun.
  private func attempt(
    _ request: borrowing OriginRequest, of pool: OriginPool, in loop: EventLoop
  ) throws(UpstreamFailure) {
    var attempts = self.attempts
    defer { self.attempts = attempts }
    while true {
      guard let (server, stack) = pool.pick(excluding: &attempts.tried, at: loop.now, in: origins.idle) else {
        throw .noServer
      }
      attempts.began()
      self.server = server
      progress.attempts = attempts.count
      progress.server = pool.firstServer + server.index
      do throws(SystemError) {
        let connection = try connection(from: stack, of: pool, proven: attempts.wantsProof, in: loop)
        self.connection = connection
        server.counters.requestBegan()
        connection.begin(request, of: pool, for: self, in: loop)
        if isBodyWhole, !request.framing.isEmpty { connection.finishRequest(in: loop) }
        return
      } catch {
        let failure = UpstreamFailure(connecting: error)
        if failure.countsAgainstServer { server.state.failedToConnect(at: loop.now) }
        if case .exhausted = failure { throw failure }
        if !server.turnAway(from: stack.address) { attempts.tried.insert(server.index) }
        guard !attempts.isExhausted else { throw failure }
        if pool.remaining(excluding: attempts.tried, at: loop.now) == 0 { throw failure }
      }
    }
  }

  /// One that waits for a next request, or a new one.
  private func connection(
    from stack: IdleStack, of pool: OriginPool, proven: Bool, in loop: EventLoop
  ) throws(SystemError) -> UpstreamConnection {
    if pool.idleLimit > 0, let kept = stack.take(proven: proven, in: loop) {
      progress.connected = loop.now
      return kept
    }
    return try UpstreamConnection(from: stack, timeouts: pool.timeouts, in: loop)
  }

  private func letGo() -> UpstreamConnection? {
    guard let held = connection.take() else { return nil }
    server?.counters.requestEnded()
    return held
  }

  /// Lets go of the storage of a head longer than most: it would be kept for good.
  func trim() {
    guard request.headOctets > Origins.keptOctets else { return }
    var dropped = OriginRequest()
    swap(&dropped, &request)
  }
}
