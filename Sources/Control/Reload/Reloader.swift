import Configuration
import EventLoop
import Logging
import Proxy
import Telemetry
import Upstream

/// Takes configurations while Yett serves: loads aside, swaps when all is there, and keeps the old one on any error.
/// Control loop.
final class Reloader: EventTenant {
  private typealias Loaded = Result<LoadedConfiguration, ConfigurationError>

  private let source: ConfigurationSource
  private let registries: Registries
  private let counters: ProcessCounters
  private let parts: ReloadParts
  private let fixed: FixedSizes
  private let utility: Mailbox<UtilityCommand>
  private let results: Mailbox<Loaded>
  private let logger: Logger
  private var queue = ReloadQueue()
  private var snapshot: Snapshot
  private var loaded: [Loaded] = []
  /// What is to be said of the one under way, in order.
  private var notices: [String] = []
  private var refusal: ConfigurationError?
  private var answers: [(asker: ReloadAsker, outcome: ReloadOutcome)] = []
  private var token = EventToken.none
  private var isEnding = false

  init(
    _ source: ConfigurationSource, serving snapshot: Snapshot, registries: Registries, counters: ProcessCounters,
    parts: ReloadParts, utility: Mailbox<UtilityCommand>, logger: Logger, in loop: EventLoop
  ) throws(SystemError) {
    (self.source, self.snapshot, self.registries, self.counters) = (source, snapshot, registries, counters)
    (self.parts, self.utility, self.logger) = (parts, utility, logger)
    fixed = FixedSizes(workers: parts.workers.count, cache: snapshot.configuration.cache)
    results = try Mailbox(limit: 4)
    token = try loop.add(self, descriptor: results.descriptor)
  }

  /// How long running requests may go on at the end.
  var drain: Duration { snapshot.configuration.limits.drain }

  /// The asker is answered when every worker serves the new configuration, or when it was refused.
  func ask(_ asker: ReloadAsker, in loop: EventLoop) {
    guard !isEnding else { return answer(asker, .turnedAway("Yett is about to end"), in: loop) }
    perform(queue.after(.asked(asker)), in: loop)
  }

  /// Takes no more configurations.
  func end() { isEnding = true }

  /// News of the workers.
  func note(_ report: WorkerReport, in loop: EventLoop) {
    switch report {
    case .adopted(let worker, let snapshot):
      perform(queue.after(.adopted(worker: worker, snapshot: snapshot)), in: loop)
    case .refused(let worker, let why):
      logger.error("worker \(worker): \(why)")
      notices.append("worker \(worker): \(why)")
    case .ended(let worker): perform(queue.after(.ended(worker: worker)), in: loop)
    }
  }

  /// The utility thread has loaded what it was asked for.
  func ready(_ readiness: Readiness, in loop: EventLoop) {
    results.drain(into: &loaded)
    for result in loaded {
      switch result {
      case .success(let loaded): give(loaded, in: loop)
      case .failure(let error): refuse(error, in: loop)
      }
    }
    loaded = []
  }

  /// Askers are told in a turn of its own, never within their asking.
  func turn(in loop: EventLoop) {
    let told = answers
    answers = []
    for (asker, outcome) in told {
      switch asker {
      case .signal: break
      case .admin(let connection): parts.admin.answer(connection: connection, with: outcome, in: loop)
      }
    }
  }

  // MARK: One reload

  private func perform(_ action: ReloadQueue.Action, in loop: EventLoop) {
    switch action {
    case .none: break
    case .load: load(in: loop)
    case .turnAway(let asker): answer(asker, .turnedAway("too many reloads wait"), in: loop)
    case .answer(let asker, let loadNext):
      if let refusal {
        counters.refused(Self.words(of: refusal), at: loop.wall)
        answer(asker, .refused(refusal, snapshot: snapshot.number), in: loop)
      } else {
        registries.keep(only: snapshot)
        counters.reloaded(snapshot: UInt64(clamping: snapshot.number), at: loop.wall)
        answer(asker, .taken(snapshot: snapshot.number, notices: notices), in: loop)
      }
      if loadNext { load(in: loop) }
    }
  }

  private func load(in loop: EventLoop) {
    (notices, refusal) = ([], nil)
    let (source, results) = (source, results)
    let isPosted = utility.post(
      .run {
        do throws(ConfigurationError) {
          results.post(.success(try source.load()))
        } catch {
          results.post(.failure(error))
        }
      })
    if !isPosted { refuse(source.refusal("the utility thread is busy"), in: loop) }
  }

  private func refuse(_ error: ConfigurationError, in loop: EventLoop) {
    refusal = error
    perform(queue.after(.refused), in: loop)
  }

  /// Opens what the configuration needs, and gives it to the workers. Nothing has changed where that fails.
  private func give(_ loaded: LoadedConfiguration, in loop: EventLoop) {
    guard !isEnding else { return refuse(source.refusal("Yett is about to end"), in: loop) }
    let configuration = loaded.configuration
    let admin: AdminServer.Prepared
    let sockets: [[ListeningSocket]]
    do throws(ListenerError) {
      admin = try parts.admin.prepare(configuration.admin)
      sockets = try parts.listeners.open(configuration.listeners)
    } catch {
      return refuse(error.refusal(at: loaded.places), in: loop)
    }
    notices = admin.notices + configuration.warnings + fixed.notices(on: configuration)
    snapshot = registries.snapshot(number: snapshot.number + 1, loaded)
    parts.adopt(snapshot, admin: admin, log: loaded.log, reloader: self, in: loop)
    parts.workers.post(snapshot, sockets: sockets)
    perform(queue.after(.given(snapshot: snapshot.number, workers: parts.workers.alive)), in: loop)
  }

  private func answer(_ asker: ReloadAsker, _ outcome: ReloadOutcome, in loop: EventLoop) {
    for (index, line) in outcome.lines.enumerated() {
      switch outcome {
      case .taken: if index == 0 { logger.info("\(line)") } else { logger.notice("\(line)") }
      case .refused, .turnedAway: logger.error("\(line)")
      }
    }
    answers.append((asker, outcome))
    loop.post(token)
  }

  /// The first error, for a line of the status.
  private static func words(of error: ConfigurationError) -> String {
    let first = error.diagnostics.first?.description ?? "no reason given"
    let more = error.diagnostics.count - 1
    return more > 0 ? "\(first) (and \(more) more)" : first
  }
}

/// What of a running Yett a reload changes.
struct ReloadParts {
  let listeners: ListenerTable
  let workers: WorkerThreads
  let watch: OriginWatch
  let admin: AdminServer
  let reports: Reports
  let logDestination: LogDestination
  let logMailbox: Mailbox<LogCommand>
  let shutdown: ShutdownWatch

  /// All but the workers take the snapshot.
  func adopt(
    _ snapshot: Snapshot, admin prepared: AdminServer.Prepared, log: LogFile?, reloader: Reloader, in loop: EventLoop
  ) {
    watch.adopt(snapshot, in: loop)
    reports.adopt(snapshot)
    shutdown.adopt(drain: snapshot.configuration.limits.drain)
    admin.adopt(prepared, desk: AdminDesk(reports: reports, reloader: reloader), in: loop)
    if logDestination.change(to: snapshot.configuration.log.access, opened: log) { logMailbox.post(.reopen) }
  }
}
