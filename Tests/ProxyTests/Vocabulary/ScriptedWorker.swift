import Bytes
import Cache
import Configuration
import EventLoop
import HTTP
import TLS
import Telemetry
import Testing
import Time
import Upstream

@testable import Proxy

/// What exchanges need of a worker, without loop, socket or clock: a snapshot of a configuration's text, scripted
/// fetches, a cache of its own, and the time that the test says.
final class ScriptedWorker {
  let fetches = ScriptedFetches()
  let snapshot: WorkerSnapshot
  let store: Store
  let fills = FillDesk(worker: 0, peers: [])
  let recorders = RecorderRegistry()
  private let clock = ScriptedClock()
  let log: AccessLog
  private let logQueue = LogQueue()
  private let services: ExchangeServices
  private var spare: [Exchange] = []
  private var running: [ObjectIdentifier: Exchange] = [:]

  init(_ text: String = ScriptedWorker.configuration) throws {
    let configuration = try Configuration.decode(Array(text.utf8), file: "yett.yaml")
    let compiled = Snapshot(
      number: 1, configuration, tls: [], servers: ServerRegistry(), recorders: recorders)
    snapshot = WorkerSnapshot(compiled, worker: 0)
    log = try AccessLog(
      settings: compiled.logSettings, isOn: true, queue: logQueue, writer: Mailbox(limit: 16))
    store = Store(limit: 8 << 20, largestObject: 1 << 20)
    let clock = clock
    services = ExchangeServices(
      fetches: fetches, cache: store.view(worker: 0), fills: fills, moment: { clock.moment }, seed: 1)
  }

  /// What a test leaves unfinished ends with its worker: exchanges, and then fetches that go on without them.
  deinit {
    for exchange in running.values {
      exchange.detach()
      exchange.withState {
        $0.finish(.aborted, RequestTraffic(), of: .sample(), to: log, at: moment, as: exchange)
      }
    }
    for fetch in fetches.started { fetch.fails(.cutShort) }
  }

  var moment: Moment { clock.moment }

  /// Time passes, on both clocks.
  func wait(_ span: Nanoseconds) { clock.advance(span) }

  /// What the loop does once a second.
  func tick() { fills.tick(at: moment.now, patience: .seconds(30)) }

  func session(_ facts: ConnectionFacts = .sample()) -> ScriptedSession { ScriptedSession(in: self, facts: facts) }

  /// The last one given back first, as a worker does.
  func takeExchange() -> Exchange {
    let exchange = spare.popLast() ?? Exchange(services: services)
    running[ObjectIdentifier(exchange)] = exchange
    return exchange
  }

  func give(_ exchange: Exchange) {
    running[ObjectIdentifier(exchange)] = nil
    spare.append(exchange)
  }

  /// The access log since the last call, a line for each exchange that ended.
  func logLines() -> [String] {
    log.flush()
    var lines: [String] = []
    while let buffer = logQueue.take() {
      var octets: [UInt8] = []
      buffer.withOctets { octets.append($0) }
      lines += String(decoding: octets, as: UTF8.self).split(separator: "\n").map(String.init)
    }
    return lines
  }

  /// The one line since the last call.
  func logLine(_ location: SourceLocation = #_sourceLocation) throws -> String {
    let lines = logLines()
    try #require(lines.count == 1, "one line for one exchange", sourceLocation: location)
    return lines[0]
  }

  /// What was counted of a route.
  func figures(_ route: String) throws -> RouteFigures {
    try #require(recorders.figures().first { $0.name.route == route })
  }

  static let configuration = """
    listeners: [{name: web, bind: "127.0.0.1:0"}]
    pools:
      app: {servers: [{name: app-1, address: "127.0.0.1:9"}]}
    sites:
      - name: site
        hosts: [a.example]
        routes:
          - {name: pages, path: /pages, pool: app, cache: off, target: {latency: 100ms, percentile: 95, availability: 99.9%}}
          - {name: small, path: /small, pool: app, cache: off, body_limit: 100}
          - {name: reads, path: /reads, methods: [GET, POST], pool: app, cache: off}
          - {name: cached, path: /cached, pool: app}
          - {name: moved, path: /moved, redirect: {to: "https://new.example/here?x=1", status: 308}}
          - {name: hello, path: /hello, respond: {body: "hello", content_type: text/plain}}
          - {name: nothing, path: /nothing, respond: {status: 204}}

    """
}

/// Both clocks, as the test sets them.
private final class ScriptedClock {
  private(set) var moment = Moment(now: Instant(sinceStart: .seconds(1_000)), wall: WallTime(seconds: 784_111_777))

  func advance(_ span: Nanoseconds) {
    let now = moment.now + span
    moment = Moment(now: now, wall: WallTime(seconds: 784_111_777 + (now.sinceStart.seconds - 1_000)))
  }
}

extension ConnectionFacts {
  static func sample(
    peer: String = "192.0.2.7", scheme: Scheme = .https, port: UInt16 = 8443, authority: ConnectionAuthority? = nil,
    redirectsTo: Redirect? = nil
  ) -> ConnectionFacts {
    ConnectionFacts(
      listener: "web", scheme: scheme, peer: Address(host: peer, port: 50_000) ?? .unix(path: ""), publicPort: port,
      authority: authority, redirectsTo: redirectsTo, log: AccessLogLine.Settings())
  }
}
