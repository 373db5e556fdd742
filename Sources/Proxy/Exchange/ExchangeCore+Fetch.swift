import Bytes
import HTTP
import Telemetry
import Upstream

/// What an exchange does with an origin of its own: the request goes down, the answer comes up.
extension ExchangeCore {
  /// Interim heads that wait to be sent; older ones are dropped.
  private static let interimLimit = 4

  // MARK: The request

  mutating func pass(
    _ head: borrowing RequestHead, _ octets: Span<UInt8>, of facts: ConnectionFacts, to pool: Int,
    as exchange: Exchange
  ) {
    notePreference(head, octets)
    let hops: UInt64?
    switch maxForwards(head, octets) {
    case .none: hops = nil
    case .some(0): return answerOptions(Self.methods)
    case .some(let count): hops = count - 1
    }
    do throws(FieldError) {
      try ForwardedFields.write(
        head, octets, of: facts, target, requestID: requestID, maxForwards: hops,
        conditions: true, into: &request.fields)
      if head.expectsContinue { try request.fields.append("Expect", "100-continue", known: .expect) }
    } catch {
      return fail(error == .tooLarge ? 431 : 400, why: error.description)
    }
    request.assign(head, octets, to: target)
    start(to: pool, as: exchange)
  }

  /// Fetches the request that was made ready, for this exchange alone.
  mutating func start(to pool: Int, as exchange: Exchange) {
    record.pool = UInt32(truncatingIfNeeded: pool)
    record.fetchBegan = moment.now
    guard let origins = snapshot?.pool(pool) else { return failed(.noServer) }
    do throws(UpstreamFailure) {
      fetch = try services.fetches.start(&request, pool: origins, reader: exchange)
    } catch {
      failed(error)
    }
  }

  /// RFC 9110 §7.6.2: for OPTIONS alone; what is no number is passed over.
  private func maxForwards(_ head: borrowing RequestHead, _ octets: Span<UInt8>) -> UInt64? {
    guard head.method == .options, let slot = head.fields.first(.maxForwards) else { return nil }
    let digits = octets[clamped: slot.value]
    guard !digits.isEmpty, digits.count <= 18 else { return nil }
    var number: UInt64 = 0
    for index in digits.indices {
      guard digits[index].isDigit else { return nil }
      number = number * 10 + UInt64(digits[index] - 0x30)
    }
    return number
  }

  /// Octets of the request's body that it takes now: none once the answer is Yett's own; what still comes is dropped.
  var bodyRoom: Int { isBodyPending && !refusesBody ? fetch?.bodyRoom ?? 0 : 0 }

  /// Up to `bodyRoom` octets of the request's body.
  mutating func body(_ octets: Span<UInt8>) {
    bodyOctets += UInt64(octets.count)
    if let limit = rules?.bodyLimit, bodyOctets > limit {
      dropFetch()
      refusesBody = true
      return fail(413, why: "the request's body exceeds the route's limit of \(limit) octets")
    }
    fetch?.send(octets)
  }

  /// The request's body was whole.
  mutating func bodyEnded() {
    isBodyPending = false
    fetch?.finishBody()
  }

  /// The request's body will not be whole: the origin is never told that it were.
  mutating func bodyFailed(_ failure: RequestBodyFailure) {
    isBodyPending = false
    refusesBody = true
    dropFetch()
    if case .cutShort = failure { record.ending = .clientGone }
    if case .tooSlow = failure, headState == .taken { record.ending = .clientTimedOut }
    fail(failure.status, why: failure.why)
  }

  private mutating func dropFetch() {
    noteFetch()
    fetch?.cancel()
    fetch = nil
  }

  // MARK: The answer

  var hasInterim: Bool { !interims.isEmpty }

  /// The oldest interim head that was not taken.
  mutating func takeInterim(_ body: (UInt16, borrowing FieldBlock) -> Void) {
    guard !interims.isEmpty else { return }
    let interim = interims.removeFirst()
    body(interim.status, interim.fields)
  }

  mutating func interim(_ head: borrowing ResponseHead, _ octets: Span<UInt8>) {
    guard headState == .missing else { return }
    if head.status == 100 {
      asksForBody = true
    } else {
      var fields = FieldBlock()
      do throws(FieldError) { try AnswerFields.copy(head, octets, into: &fields) } catch { return }
      if interims.count >= Self.interimLimit { interims.removeFirst() }
      interims.append((head.status, fields))
    }
  }

  mutating func originHead(_ head: borrowing ResponseHead, _ octets: Span<UInt8>) {
    noteFetch()
    invalidateIfChanged(status: head.status)
    beginAnswer(head.status)
    do throws(FieldError) {
      if answer.own.transportSecurity == nil {
        try AnswerFields.copy(head, octets, into: &answer.added)
      } else {
        try AnswerFields.copy(head, octets, except: answer.own.replaced, into: &answer.added)
      }
    } catch {
      dropFetch()
      fail(502, why: "the origin's head can't be passed on: \(error)")
      return
    }
    if head.fields.first(.date) == nil { addDate() }
    answer.own.cacheStatus = status
    switch head.framing {
    case .length(let length): answer.length = .octets(length)
    case .chunked, .untilClose: answer.length = .unknown
    case .none:
      // To HEAD and in a 304 a length says what GET would bring; 204 has none (RFC 9110 §8.6).
      if head.status == 204 {
        answer.length = .none
      } else {
        answer.length = head.declaredLength.map { .octets($0) } ?? (method == .head ? .unknown : .none)
      }
    }
  }

  mutating func originBody(_ octets: Span<UInt8>) -> FetchDemand {
    outgoing.append(Slice(Chunk(copying: octets)))
    guard outgoing.octets >= OutgoingBody.window else { return .more }
    isPaused = true
    return .pause
  }

  mutating func originEnd() {
    fetch = nil
    outgoing.finish()
  }

  mutating func originFailed(_ failure: UpstreamFailure) {
    noteFetch()
    fetch = nil
    failed(failure)
  }

  mutating func failed(_ failure: UpstreamFailure) {
    if headState == .taken { record.ending = failure.isSlowness ? .upstreamTimedOut : .upstreamFailed }
    fail(failure.status, why: "\(serverWords) \(failure)")
  }

  /// `search-2`, or `the pool search` where no server was asked.
  var serverWords: String {
    guard let snapshot else { return "the pool" }
    if let server = (fetch?.progress ?? feeder?.progress)?.server
      ?? (record.server == RequestRecord.absent ? nil : Int(record.server))
    {
      return snapshot.serverName(server)
    }
    return "the pool \(snapshot.poolName(Int(record.pool)))"
  }

  /// Writes what the fetch came to into the record.
  mutating func noteFetch() {
    guard let progress = fetch?.progress ?? feeder?.progress else { return }
    if let server = progress.server { record.server = UInt32(truncatingIfNeeded: server) }
    record.attempts = UInt8(clamping: progress.attempts)
    record.connected = progress.connected
    record.sent = progress.sent
    record.upstreamHead = progress.head
  }
}
