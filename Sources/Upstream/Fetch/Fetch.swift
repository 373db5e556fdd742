import EventLoop
import HTTP
import Time

/// One request to a pool, with its attempts: it picks servers, takes connections and gives them up. Its reader sees
/// one head, chunks and one end, however many attempts they took.
final class Fetch: Fetching {
  private(set) var progress = FetchProgress()

  private let origins: Origins
  private let pool: OriginPool
  private let request: OriginRequest
  private var reader: (any FetchReader)?
  private var connection: UpstreamConnection?
  private var server = 0
  private var tried = ServerSet()
  private var unanswered = 0
  private var bodyOctets: UInt64 = 0
  private var isBodyWhole: Bool
  private let deadline: Instant

  init(_ request: OriginRequest, of pool: OriginPool, reader: any FetchReader, origins: Origins) {
    self.request = request
    self.pool = pool
    self.reader = reader
    self.origins = origins
    isBodyWhole = request.framing.isEmpty
    progress.began = origins.loop.now
    deadline = origins.loop.now + Origins.retryBudget
  }

  /// Makes the first attempt.
  func start() throws(UpstreamFailure) {
    if let failure = attempt() { throw failure }
  }

  // MARK: From the reader

  var bodyRoom: Int { connection?.bodyRoom ?? 0 }

  func send(_ octets: Span<UInt8>) {
    bodyOctets += UInt64(octets.count)
    connection?.send(octets, in: origins.loop)
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
  }

  // MARK: From the connection, in its turn

  func connected(at now: Instant) {
    progress.connected = now
    pool.state(of: server).connected(at: now)
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
    reader?.fetchEnd()
    reader = nil
  }

  func connectionFailed(_ failure: UpstreamFailure, to address: Address) {
    _ = letGo()
    pool.state(of: server).requestFailed()
    if failure.countsAgainstServer { pool.state(of: server).failedToConnect(at: origins.loop.now) }
    var last = failure
    while retries(after: last, to: address) {
      guard let next = attempt() else {
        // A kept connection takes the body at once, and says no more of it; a new one does when it is connected.
        if !isBodyWhole { reader?.fetchWantsBody() }
        return
      }
      last = next
    }
    reader?.fetchFailed(last)
    reader = nil
  }

  // MARK: Attempts

  /// Whether another attempt is to be made. Marks who is not to be asked again.
  private func retries(after failure: UpstreamFailure, to address: Address) -> Bool {
    guard reader != nil, progress.attempts < Origins.attemptLimit else { return false }
    let hasOtherAddress = failure.stage == .connecting && pool.turnAway(from: address, of: server)
    if !hasOtherAddress { tried.insert(server) }
    if failure.stage == .waiting { unanswered += 1 }
    let untried = pool.remaining(excluding: tried, at: origins.loop.now)
    let body: RequestBodyState = request.framing.isEmpty ? .none : .streaming(takenOctets: bodyOctets)
    let decision = RetryDecision.after(
      failure, isSafe: request.method.isSafe, body: body, unanswered: unanswered, untried: untried,
      budget: deadline - origins.loop.now)
    switch decision {
    case .giveUp: return false
    case .again(.elsewhere): return true
    case .again(.same):
      tried = []
      return true
    }
  }

  /// - Returns: why no attempt could be begun.
  private func attempt() -> UpstreamFailure? {
    let loop = origins.loop
    while let (server, address) = pool.pick(excluding: &tried, at: loop.now) {
      progress.attempts += 1
      self.server = server
      progress.server = pool.firstServer + server
      do throws(SystemError) {
        let connection = try connection(to: address)
        self.connection = connection
        pool.state(of: server).requestBegan()
        connection.begin(request, for: self, timeouts: pool.timeouts, in: loop)
        if isBodyWhole, !request.framing.isEmpty { connection.finishRequest(in: loop) }
        return nil
      } catch {
        let failure = UpstreamFailure(connecting: error)
        if failure.countsAgainstServer { pool.state(of: server).failedToConnect(at: loop.now) }
        if case .exhausted = failure { return failure }
        if !pool.turnAway(from: address, of: server) { tried.insert(server) }
        guard progress.attempts < Origins.attemptLimit else { return failure }
        if pool.remaining(excluding: tried, at: loop.now) == 0 { return failure }
      }
    }
    return .noServer
  }

  /// One that waits for a next request, or a new one.
  private func connection(to address: Address) throws(SystemError) -> UpstreamConnection {
    let loop = origins.loop
    if let kept = origins.idle.take(address, proven: !request.method.isSafe, in: loop) {
      progress.connected = loop.now
      return kept
    }
    return try UpstreamConnection(to: address, idle: origins.idle, timeouts: pool.timeouts, in: loop)
  }

  private func letGo() -> UpstreamConnection? {
    guard let held = connection else { return nil }
    connection = nil
    pool.state(of: server).requestEnded()
    return held
  }
}
