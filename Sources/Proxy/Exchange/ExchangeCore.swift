import Bytes
import Cache
import HTTP
import Routing
import Telemetry
import Time
import Upstream

/// The state of one exchange, and what it decides by itself: where the request goes, and the answers of Yett's own.
struct ExchangeCore: ~Copyable {
  enum HeadState { case missing, ready, taken }

  /// `Allow` of the server as a whole.
  static let methods = "GET, HEAD, POST, PUT, DELETE, OPTIONS, PATCH"

  let services: ExchangeServices
  var record = RequestRecord(received: .never)
  var target = Target()
  var snapshot: WorkerSnapshot?
  /// Of the route that matched.
  var rules: RouteRules?
  /// Counts the requests of this exchange, so that late news for an earlier one are known.
  private(set) var serial: UInt64 = 0
  var requestID = RequestID()
  var moment = Moment(now: .never, wall: WallTime(seconds: 0))
  var method = Method.get
  var prefersJSON = false
  /// Why the answer is what it is, where it is not the origin's; for the log.
  var why = ""

  var answer = AnswerHead()
  var headState = HeadState.missing
  var outgoing = OutgoingBody()
  /// What the session sends next of it.
  var gathered = Slices()
  var interims: [(status: UInt16, fields: FieldBlock)] = []

  var request = OriginRequest()
  var fetch: (any Fetching)?
  var isPaused = false

  var key = CacheKey()
  /// The fill that it waits for or reads.
  var reader: FillReader?
  /// The fill's feeder, where this exchange was the one to ask.
  var feeder: FillFeeder?
  /// What the answer says of the cache; `nil` on a route without one.
  var status: CacheStatus?
  /// The request's body: what may come, what came, and whether it is wanted.
  var bodyOctets: UInt64 = 0
  var isBodyPending = false
  var asksForBody = false
  var refusesBody = false

  init(services: ExchangeServices) { self.services = services }

  // MARK: Beginning

  /// Begins with a head that was read whole.
  ///
  /// - Parameters:
  ///   - octets: what the head was parsed from; lent.
  ///   - began: when the request's first octet was read.
  mutating func begin(
    _ head: borrowing RequestHead, _ octets: Span<UInt8>, of facts: ConnectionFacts, began: Instant,
    in snapshot: consuming WorkerSnapshot, at moment: Moment, as exchange: Exchange
  ) {
    open(began: began, in: snapshot, at: moment)
    method = head.method
    record.method = head.method.rawValue
    record.version =
      switch head.version {
      case .http10: 10
      case .http11: 11
      case .http2: 20
      }
    isBodyPending = !head.framing.isEmpty
    do throws(TargetError) {
      try target.assign(head, octets, scheme: facts.scheme)
    } catch {
      notePreference(head, octets)
      fail(error.status, why: error.description)
      answer.closes = true
      return
    }
    if facts.isBound, !facts.covers(target.host) {
      notePreference(head, octets)
      return fail(421, why: "the connection's certificate is not for this host")
    }
    switch head.method {
    case .connect, .trace:
      notePreference(head, octets)
      return refuseMethod(Self.methods)
    case .options where target.isAsterisk: return answerOptions(Self.methods)
    default: break
    }
    let match = match(head.method)
    if case .route(_, let route) = match, let rules = self.snapshot?.rules[route] {
      if let listener = facts.redirectsTo { return redirect(to: listener, of: facts, rules) }
      record.route = UInt32(truncatingIfNeeded: route)
      self.rules = rules
      return follow(rules, head, octets, of: facts, as: exchange)
    }
    notePreference(head, octets)
    if let site = match.site, facts.scheme == .https {
      answer.own.transportSecurity = self.snapshot?.transportSecurity(ofSite: site)
    }
    switch match {
    case .noSite: fail(421, why: "no site answers for this host")
    case .noRoute, .route: fail(404, why: "the site has no route for this path")
    case .methodNotAllowed(_, let allowed): refuseMethod(allowed.description)
    }
  }

  // Mutating, though it changes nothing: a borrowed state of this size is copied to the stack.
  private mutating func match(_ method: Method) -> RouteMatch {
    snapshot?.routes.match(host: target.host, path: target.matchPath, method: method) ?? .noSite
  }

  /// Begins with a head that could not be read: the answer is an error.
  mutating func refuse(
    _ status: UInt16, why: String, began: Instant, in snapshot: consuming WorkerSnapshot, at moment: Moment
  ) {
    open(began: began, in: snapshot, at: moment)
    fail(status, why: why)
  }

  private mutating func open(began: Instant, in snapshot: consuming WorkerSnapshot, at moment: Moment) {
    serial &+= 1
    record = RequestRecord(received: began)
    record.headWhole = moment.now
    self.snapshot = snapshot
    self.moment = moment
    requestID = services.nextID()
    method = .get
    target.reset()
    prefersJSON = false
    isPaused = false
    (bodyOctets, isBodyPending, asksForBody, refusesBody) = (0, false, false, false)
    headState = .missing
  }

  /// Whether error pages are to be JSON. Asked only where there may be one: not on the way of a hit.
  mutating func notePreference(_ head: borrowing RequestHead, _ octets: Span<UInt8>) {
    if let accept = head.fields.first(.accept) { prefersJSON = octets[clamped: accept.value].mentionsJSON }
  }

  private mutating func follow(
    _ rules: RouteRules, _ head: borrowing RequestHead, _ octets: Span<UInt8>, of facts: ConnectionFacts,
    as exchange: Exchange
  ) {
    if rules.isSecured { answer.own.transportSecurity = rules.transportSecurity(on: facts) }
    if case .length(let length) = head.framing, length > rules.bodyLimit {
      notePreference(head, octets)
      return fail(413, why: "the request's body exceeds the route's limit of \(rules.bodyLimit) octets")
    }
    switch rules.action {
    case .respond(let status, let contentType, let body):
      respond(status: status, contentType: contentType.span, body: Slice(body))
    case .redirect(let status, let location): redirect(status, to: location.span)
    case .pool(let pool):
      if let policy = rules.storage {
        look(head, octets, of: facts, for: rules, policy, to: pool, as: exchange)
      } else {
        pass(head, octets, of: facts, to: pool, as: exchange)
      }
    }
  }

  // MARK: Answers of Yett's own

  /// An error page, unless a head is out already: then the answer ends unfinished.
  mutating func fail(_ status: UInt16, why: String) {
    self.why = why
    let page = LocalAnswer.error(status, requestID: requestID, asJSON: prefersJSON)
    respond(status: status, contentType: page.contentType.span, body: Slice(Chunk(copying: page.body.span)))
  }

  private mutating func refuseMethod(_ allowed: String) {
    fail(405, why: "the method is not allowed here")
    addField { (fields) throws(FieldError) in try fields.append("Allow", Array(allowed.utf8).span, known: .other) }
  }

  /// `OPTIONS *`, and an `OPTIONS` that may go no further (RFC 9110 §7.6.2).
  mutating func answerOptions(_ allowed: String) {
    respond(status: 204, contentType: nil, body: nil)
    addField { (fields) throws(FieldError) in try fields.append("Allow", Array(allowed.utf8).span, known: .other) }
  }

  /// To the same host and path at another listener.
  private mutating func redirect(to listener: ConnectionFacts.Redirect, of facts: ConnectionFacts, _ rules: RouteRules)
  {
    answer.own.transportSecurity = rules.transportSecurity(on: facts)
    var location: [UInt8] = []
    location.append(listener.scheme.text)
    location.append("://")
    location.append(target.host)
    if listener.port != listener.scheme.defaultPort {
      location.append(.colon)
      location.append(decimal: UInt64(listener.port))
    }
    location.append(target.pathAndQuery)
    // The method is kept but where every browser of the last decades would do so anyway.
    redirect(method == .get || method == .head ? 301 : 308, to: location.span)
  }

  private mutating func redirect(_ status: UInt16, to location: Span<UInt8>) {
    respond(status: status, contentType: nil, body: nil)
    answer.length = .octets(0)
    addField { (fields) throws(FieldError) in try fields.append("Location", location, known: .location) }
  }

  private mutating func respond(status: UInt16, contentType: Span<UInt8>?, body: Slice?) {
    guard headState != .taken else { return cutAnswer() }
    beginAnswer(status)
    if let contentType {
      addField { (fields) throws(FieldError) in try fields.append("Content-Type", contentType, known: .contentType) }
    }
    addDate()
    let isBodiless = status == 204 || status == 304
    answer.length = isBodiless ? .none : .octets(UInt64(body?.count ?? 0))
    if let body, method != .head, !isBodiless { outgoing.append(body) }
    outgoing.finish()
  }

  /// Starts an answer's head, in place of one that nobody took.
  mutating func beginAnswer(_ status: UInt16) {
    if answer.status != 0 {
      answer.reset()
      outgoing.reset()
    }
    answer.status = status
    answer.own.requestID = requestID
    record.status = status
    headState = .ready
  }

  /// Where nobody else has (RFC 9110 §6.6.1).
  mutating func addDate() {
    let date = services.date(at: moment.wall)
    addField { (fields) throws(FieldError) in try fields.append(own: "Date", date.span, known: .date) }
  }

  /// What cannot be added is left out: an answer without it is better than none.
  private mutating func addField(_ add: (inout FieldBlock) throws(FieldError) -> Void) {
    do throws(FieldError) { try add(&answer.added) } catch { why = error.description }
  }

  // MARK: The session pulls

  var hasHead: Bool { headState == .ready }

  /// Takes the answer's head: from now on it can't become another one.
  mutating func withHead<Result>(_ body: (inout AnswerHead) -> Result) -> Result {
    headState = .taken
    return body(&answer)
  }

  /// Octets of the answer's body that are left to be sent, where they are all; `nil` where more may come.
  var wholeBody: Int? { outgoing.whole }

  /// Whether there are octets of the answer's body to be sent now.
  var hasOctets: Bool { outgoing.octets > 0 }

  /// The answer ends so that nobody takes it for whole.
  var isCut: Bool { outgoing.isCut }

  /// Octets of the answer's body into `gathered`, which the session has emptied, without consuming them.
  mutating func gather(limit: Int) -> ExchangeSupply {
    outgoing.gather(into: &gathered, limit: limit)
  }

  /// Copies all that is left of the answer's body to `output`, where it is whole, has a place there, and is no longer
  /// than `limit`.
  mutating func moveBody(to output: inout Buffer, limit: Int) -> Bool { outgoing.move(to: &output, limit: limit) }

  /// So many of the gathered octets were taken by the socket.
  mutating func consumed(_ octets: Int) {
    outgoing.consume(octets)
    if isPaused, outgoing.octets < OutgoingBody.window / 2 {
      isPaused = false
      fetch?.resume()
    }
  }

  /// The head was given to the kernel.
  mutating func answered(at now: Instant) { record.answered = now }

  /// The head can't be sent as it is: the answer ends without it.
  mutating func abort() {
    record.ending = .aborted
    cutAnswer()
  }

  /// The answer ends so that nobody takes it for whole.
  mutating func cutAnswer() {
    headState = .taken
    outgoing.cut()
  }

  // MARK: Ending

  /// Ends the exchange, exactly once, however it went: hands its record to recorder and log and lets go of all it has.
  ///
  /// - Parameter ending: unless the exchange knows better.
  mutating func finish(
    _ ending: Ending, _ traffic: RequestTraffic, of facts: ConnectionFacts, to log: AccessLog, at moment: Moment,
    as exchange: Exchange
  ) {
    noteFetch()
    leaveFill(as: exchange)
    fetch?.cancel()
    fetch = nil
    if record.ending == .answered { record.ending = ending }
    record.octetsIn = traffic.octetsIn
    record.octetsOut = traffic.octetsOut
    record.bodyWait = traffic.bodyWait
    record.finished = Swift.max(moment.now, record.answered)
    hand(of: facts, to: log, at: moment)
    outgoing.reset()
    gathered.removeAll()
    answer.reset()
    if answer.own.transportSecurity != nil { answer.own.transportSecurity = nil }
    if !interims.isEmpty { interims.removeAll() }
    if !why.isEmpty { why = "" }
    status = nil
  }

  private mutating func hand(of facts: ConnectionFacts, to log: AccessLog, at moment: Moment) {
    // Taken, not copied: what an optional holds is copied by way of its type's witnesses (240 instructions).
    let rules = rules.take()
    guard let snapshot = snapshot.take() else { return }
    if let rules {
      withExtendedLifetime(rules) { hand(to: rules.recorder, log, of: facts, in: snapshot, at: moment) }
    } else {
      hand(to: snapshot.unrouted, log, of: facts, in: snapshot, at: moment)
    }
  }

  private mutating func hand(
    to recorder: RouteRecorder, _ log: AccessLog, of facts: ConnectionFacts, in snapshot: WorkerSnapshot,
    at moment: Moment
  ) {
    recorder.record(record)
    log.append(
      record, target, why: why, requestID: requestID, recorder: recorder, of: facts, in: snapshot, at: moment)
  }
}
