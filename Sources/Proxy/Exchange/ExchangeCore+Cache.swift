import Bytes
import Cache
import HTTP
import Telemetry
import Time
import Upstream

/// What an exchange does with the cache: answers from memory, waits for a fill, begins one, or goes past it.
extension ExchangeCore {
  /// Octets of a fill's body that are taken at once.
  private static let readLimit = 262_144

  /// - Parameter policy: of a route whose answers may be stored.
  mutating func look(
    _ head: borrowing RequestHead, _ octets: Span<UInt8>, of facts: ConnectionFacts, for rules: RouteRules,
    _ policy: StoragePolicy, to pool: Int, as exchange: Exchange
  ) {
    let directives = RequestDirectives(head, octets)
    Self.begin(&key, target, of: rules)
    switch services.lookup(&key, for: head, octets, as: directives, at: moment.now) {
    case .hit(let stored):
      let storedHead = stored.head
      let conditional = Conditional(head, octets, on: storedHead, now: moment.wall)
      serve(stored, storedHead, conditional)
    case .wait(let reader):
      guard prepare(head, octets, of: facts, to: pool) else { return }
      wait(for: reader, isCollapsed: true, as: exchange)
    case .fill(let writer):
      guard prepare(head, octets, of: facts, to: pool) else { return }
      fill(writer, policy: policy, to: pool, as: exchange)
    case .pass(let forward):
      notePreference(head, octets)
      guard !directives.onlyIfCached else { return fail(504, why: "only what is cached was asked for") }
      record.cache = .pass
      status = CacheStatus(forward: forward)
      pass(head, octets, of: facts, to: pool, as: exchange)
    }
  }

  private static func begin(_ key: inout CacheKey, _ target: borrowing Target, of rules: RouteRules) {
    let prefix = rules.keyPrefix
    key.begin(
      prefix.span, scheme: target.scheme, port: target.port, host: target.host, path: target.path, query: target.query)
  }

  /// An unsafe request was answered: what is stored of its target is of before (RFC 9111 §4.4).
  mutating func invalidateIfChanged(status: UInt16) {
    guard !method.isSafe, 200..<400 ~= status, let rules, rules.storage != nil else { return }
    Self.begin(&key, target, of: rules)
    services.invalidate(&key)
  }

  /// Makes the cache's own request ready, for now or for when a fill comes to nothing. `false`: answered already.
  private mutating func prepare(
    _ head: borrowing RequestHead, _ octets: Span<UInt8>, of facts: ConnectionFacts, to pool: Int
  ) -> Bool {
    notePreference(head, octets)
    record.pool = UInt32(truncatingIfNeeded: pool)
    record.fetchBegan = moment.now
    do throws(FieldError) {
      try ForwardedFields.write(
        head, octets, of: facts, target, requestID: requestID, maxForwards: nil, conditions: false,
        into: &request.fields)
    } catch {
      fail(error == .tooLarge ? 431 : 400, why: error.description)
      return false
    }
    request.assign(head, octets, to: target)
    return true
  }

  // MARK: From memory

  mutating func serve(
    _ stored: consuming StoredResponse, _ head: consuming StoredHead, _ conditional: Conditional
  ) {
    record.cache = .hit
    beginAnswer(head.status)
    answer.own.age = head.age(at: moment.now)
    answer.own.cacheStatus = CacheStatus(forward: nil, timeToLive: head.timeToLive(at: moment.now))
    switch conditional {
    case .whole:
      answer.length = head.hasNoBody ? .none : .octets(UInt64(stored.bodyOctets))
      show(head)
      if method != .head { outgoing.assign(stored) }
    case .notModified:
      answer.status = 304
      record.status = 304
      do throws(FieldError) { try head.copyNotModifiedFields(to: &answer.added) } catch {
        return fail(500, why: "the stored fields cannot be sent: \(error)")
      }
    }
    outgoing.finish()
  }

  /// What does not fit is left out, as it is of an answer that was not stored.
  @inline(__always) private mutating func show(_ head: consuming StoredHead) {
    do throws(FieldError) { try answer.show(head) } catch { why = error.description }
  }

  // MARK: Fills

  private mutating func fill(
    _ writer: consuming FillWriter, policy: StoragePolicy, to pool: Int, as exchange: Exchange
  ) {
    guard let reader = writer.join(at: moment.now) else { return start(to: pool, as: exchange) }
    record.cache = writer.forward == .stale ? .expired : .miss
    request.isShared = true
    let feeder = FillFeeder(writer, policy: policy, asker: exchange, serial: serial, services: services)
    do throws(UpstreamFailure) {
      guard let origins = snapshot?.pool(pool) else { throw UpstreamFailure.noServer }
      try feeder.start(&request, pool: origins)
    } catch {
      _ = reader.leave()
      return failed(error)
    }
    self.feeder = feeder
    wait(for: reader, isCollapsed: false, as: exchange)
  }

  private mutating func wait(for reader: consuming FillReader, isCollapsed: Bool, as exchange: Exchange) {
    if isCollapsed { record.cache = reader.forward == .stale ? .expired : .miss }
    status = CacheStatus(forward: reader.forward, isStored: true, isCollapsed: isCollapsed)
    services.fills.wait(exchange, for: reader.fill)
    self.reader = consume reader
  }

  /// Looks what is new of the fill that it waits for. From the session's turn, so that it may fetch by itself.
  mutating func proceed(at moment: Moment, as exchange: Exchange) {
    guard reader != nil else { return }
    self.moment = moment
    if headState == .missing { readHead(as: exchange) }
    if reader != nil, headState != .missing { readBody() }
  }

  private mutating func readHead(as exchange: Exchange) {
    guard let news = reader?.head() else { return }
    switch news {
    case .waiting: return
    case .ready(let head, let length):
      noteFetch()
      let conditional = reader?.conditional(on: head, now: moment.wall) ?? .whole
      begin(head, length: length, conditional, as: exchange)
    case .failed(let failure):
      leaveFill(as: exchange)
      fail(failure.status, why: "\(serverWords) \(failure)")
    case .otherVariant, .released: lookAgain(as: exchange)
    }
  }

  private mutating func begin(_ head: StoredHead, length: Int?, _ conditional: Conditional, as exchange: Exchange) {
    switch conditional {
    case .whole:
      beginAnswer(head.status)
      show(head)
      answer.length = head.hasNoBody ? .none : length.map { .octets(UInt64($0)) } ?? .unknown
    case .notModified:
      beginAnswer(304)
      do throws(FieldError) { try head.copyNotModifiedFields(to: &answer.added) } catch { why = error.description }
    }
    status?.timeToLive = head.timeToLive(at: moment.now)
    answer.own.age = head.age(at: moment.now)
    answer.own.cacheStatus = status
    guard conditional == .notModified else { return }
    // The fill goes on without this reader.
    outgoing.finish()
    leaveFill(as: exchange)
  }

  /// Takes as much of the body as its window has room for.
  private mutating func readBody() {
    while outgoing.isOpen, outgoing.octets < OutgoingBody.window {
      guard let (body, wakesOwner) = reader?.read(limit: Self.readLimit, at: moment.now) else { return }
      if wakesOwner, let fill = reader?.fill { services.fills.readerMoved(fill) }
      switch body {
      case .octets(let slice): outgoing.append(slice)
      case .waiting: return
      case .end: outgoing.finish()
      case .failed(let failure):
        record.ending = .upstreamFailed
        fail(failure.status, why: "\(serverWords) \(failure)")
        return
      case .cut:
        record.ending = .clientTimedOut
        why = "read too slowly what others read too"
        cutAnswer()
        return
      }
    }
  }

  /// The fill was not for this request: what is stored may be now, or it fetches by itself.
  private mutating func lookAgain(as exchange: Exchange) {
    guard let old = reader.take() else { return }
    services.fills.leave(exchange, old.fill)
    feeder = nil
    guard let policy = rules?.storage else { return }
    let (pool, conditions) = (Int(record.pool), old.conditions)
    switch services.lookup(again: old, at: moment.now) {
    case .hit(let stored):
      let head = stored.head
      let conditional = conditions.conditional(on: head, now: moment.wall)
      serve(stored, head, conditional)
    case .wait(let reader): wait(for: reader, isCollapsed: true, as: exchange)
    case .fill(let writer): fill(writer, policy: policy, to: pool, as: exchange)
    case .pass(let forward):
      record.cache = .pass
      status = CacheStatus(forward: forward)
      start(to: pool, as: exchange)
    }
    if reader != nil { proceed(at: moment, as: exchange) }
  }

  /// Whether this exchange takes over the fetch of a fill that may not be shared.
  mutating func takes(_ fetch: any Fetching, serial: UInt64, as exchange: Exchange) -> Bool {
    guard serial == self.serial, reader != nil, headState == .missing else { return false }
    leaveFill(as: exchange)
    self.fetch = fetch
    record.cache = .pass
    status?.isStored = false
    return true
  }

  mutating func leaveFill(as exchange: Exchange) {
    guard reader != nil, let old = reader.take() else { return }
    let fill = old.fill
    services.fills.leave(exchange, fill)
    if old.leave() { services.fills.readerMoved(fill) }
    noteFetch()
    feeder = nil
  }
}
