import Bytes
import EventLoop
import HTTP
import Telemetry
import Testing
import Time

@testable import Proxy

/// Stands in for a client's connection with several streams: each has credit of its own, and pulls its answer when
/// the test lets the session have its turn.
final class ScriptedSession: ExchangeStream {
  /// It outlives its sessions.
  private unowned let worker: ScriptedWorker
  let facts: ConnectionFacts
  private(set) var streams: [UInt32: ScriptedStream] = [:]
  /// Streams that were said to have news since the last turn.
  private(set) var news: Set<UInt32> = []

  init(in worker: ScriptedWorker, facts: ConnectionFacts) { (self.worker, self.facts) = (worker, facts) }

  func exchangeHasNews(stream: UInt32) {
    #expect(streams[stream] != nil, "news for a stream that is gone")
    news.insert(stream)
  }

  /// Begins a request on a new stream, and takes what is there of its answer.
  ///
  /// - Parameters:
  ///   - head: without the empty line that ends it.
  ///   - credit: octets of the answer's body that the client takes.
  @discardableResult func open(_ head: String, credit: Int = .max) throws -> ScriptedStream {
    let stream = try begin(head, credit: credit)
    stream.pull()
    return stream
  }

  /// Begins a request and takes nothing yet.
  func begin(_ head: String, credit: Int = .max) throws -> ScriptedStream {
    let octets = Array((head + "\r\n\r\n").utf8)
    var parser = RequestHeadParser()
    #expect(try parser.read(octets.span), "the script's own head is not whole")
    let stream = add(credit: credit)
    stream.exchange.attach(to: self, id: stream.id)
    stream.exchange.withState {
      $0.begin(
        parser.head, octets.span, of: facts, began: worker.moment.now, in: worker.snapshot, at: worker.moment,
        as: stream.exchange)
    }
    return stream
  }

  /// Begins a request whose head comes as a field block of HTTP/2, without DATA.
  @discardableResult func open(block: [UInt8]) throws -> ScriptedStream {
    var decoder = RequestHeadDecoder(scheme: facts.scheme)
    var octets = Buffer()
    var head = RequestHead()
    let progress = try decoder.read(
      block.span, isLast: true, endsStream: true, into: &octets, from: BufferPool(), &head)
    #expect(progress == .whole, "the script's own head is \(progress)")
    let stream = add(credit: .max)
    stream.exchange.attach(to: self, id: stream.id)
    stream.exchange.withState {
      $0.begin(
        head, octets.readable, of: facts, began: worker.moment.now, in: worker.snapshot, at: worker.moment,
        as: stream.exchange)
    }
    stream.pull()
    return stream
  }

  /// A stream whose head could not be read.
  func refuse(_ status: UInt16, why: String) -> ScriptedStream {
    let stream = add(credit: .max)
    stream.exchange.attach(to: self, id: stream.id)
    stream.exchange.withState {
      $0.refuse(
        status, why: why, began: worker.moment.now, in: worker.snapshot, at: worker.moment)
    }
    stream.pull()
    return stream
  }

  private func add(credit: Int) -> ScriptedStream {
    let stream = ScriptedStream(
      UInt32(streams.count + 1), worker.takeExchange(), facts: facts, credit: credit, of: self, in: worker)
    streams[stream.id] = stream
    return stream
  }

  /// The session's turn: whoever has news is asked.
  func turn() {
    let told = news.sorted()
    news = []
    for id in told { streams[id]?.pull() }
  }
}

/// One request of a `ScriptedSession` and what its client has got so far.
final class ScriptedStream {
  let id: UInt32
  let exchange: Exchange
  /// Octets of the answer's body that the client still takes.
  var credit: Int
  private let facts: ConnectionFacts
  private unowned let session: ScriptedSession
  private unowned let worker: ScriptedWorker

  private(set) var interims: [(status: UInt16, fields: [String])] = []
  private(set) var status: UInt16?
  private(set) var fields: [String] = []
  private(set) var length: AnswerLength?
  private(set) var body: [UInt8] = []
  private(set) var isWhole = false
  private(set) var isCut = false
  private(set) var isFinished = false

  init(
    _ id: UInt32, _ exchange: Exchange, facts: ConnectionFacts, credit: Int, of session: ScriptedSession,
    in worker: ScriptedWorker
  ) {
    (self.id, self.exchange, self.facts, self.credit) = (id, exchange, facts, credit)
    (self.session, self.worker) = (session, worker)
  }

  var text: String { String(decoding: body, as: UTF8.self) }

  /// The value of the one field of that name; `nil` where there is none.
  func field(_ name: String, _ location: SourceLocation = #_sourceLocation) -> String? {
    let values = fields.filter { $0.lowercased().hasPrefix(name.lowercased() + ": ") }
    #expect(values.count <= 1, "\(name) is there \(values.count) times", sourceLocation: location)
    return values.first.map { String($0.dropFirst(name.count + 2)) }
  }

  // MARK: The answer

  /// Takes all that is there and that the credit allows.
  func pull() {
    guard !isFinished, !isWhole, !isCut else { return }
    defer { exchange.attach(to: session, id: id) }
    exchange.withState { $0.proceed(at: worker.moment, as: exchange) }
    takeHeads()
    while status != nil {
      exchange.withState { $0.proceed(at: worker.moment, as: exchange) }
      let (supply, octets) = exchange.withState { state in
        state.gathered.removeAll()
        let supply = state.gather(limit: credit)
        #expect(state.gathered.octets <= credit, "more than was asked for")
        guard supply != .cut else { return (supply, 0) }
        let octets = state.gathered.octets
        body += ProxyTests.octets(state.gathered)
        state.consumed(octets)
        return (supply, octets)
      }
      if supply == .cut {
        isCut = true
        return
      }
      credit -= octets
      if supply == .last { isWhole = true }
      if supply == .last || octets == 0 { return }
    }
  }

  /// Takes interim heads and the head, but nothing of the body.
  func takeHeads() {
    exchange.withState { state in
      while state.hasInterim {
        state.takeInterim { status, fields in interims.append((status, lines(fields))) }
      }
      guard state.hasHead else { return }
      #expect(status == nil, "a second head")
      state.withHead { head in
        status = head.status
        length = head.length
        var octets: [UInt8] = []
        head.withStoredOctets { octets.append($0) }
        octets += head.added.octets
        var own = BufferPool().take(.small)
        own.append(addingUpTo: OwnFields.octetLimit) { head.own.write(to: &$0) }
        octets.append(own.readable)
        fields = String(decoding: octets, as: UTF8.self).split(separator: "\r\n").map(String.init)
      }
      state.answered(at: worker.moment.now)
    }
  }

  // MARK: The request's body

  /// Hands over as much of it as there is room for, and says how much that was.
  @discardableResult func sends(_ octets: [UInt8]) -> Int {
    exchange.withState { state in
      let count = min(octets.count, state.bodyRoom)
      if count > 0 { state.body(octets.span.extracting(0..<count)) }
      return count
    }
  }

  @discardableResult func sends(_ text: String) -> Int { sends(Array(text.utf8)) }

  /// The request's body was whole.
  func endsBody() { exchange.withState { $0.bodyEnded() } }
  /// The request's body will not be whole.
  func failsBody(_ failure: RequestBodyFailure) { exchange.withState { $0.bodyFailed(failure) } }
  /// Octets of the request's body that are taken now.
  var bodyRoom: Int { exchange.withState { $0.bodyRoom } }
  /// The origin wants the body that the client holds back.
  var asksForBody: Bool { exchange.withState { $0.asksForBody } }
  /// No more of the request's body is wanted.
  var refusesBody: Bool { exchange.withState { $0.refusesBody } }
  /// Interim heads wait to be sent.
  var hasInterim: Bool { exchange.withState { $0.hasInterim } }

  // MARK: The end

  /// As a session does it: once, however it went. The exchange may be used again from here on.
  func finish(_ ending: Ending = .answered, octetsIn: UInt64 = 0, octetsOut: UInt64 = 0, bodyWait: Nanoseconds = .zero)
  {
    isFinished = true
    exchange.detach()
    let traffic = RequestTraffic(octetsIn: octetsIn, octetsOut: octetsOut, bodyWait: bodyWait)
    exchange.withState { $0.finish(ending, traffic, of: facts, to: worker.log, at: worker.moment, as: exchange) }
    worker.give(exchange)
  }
}
