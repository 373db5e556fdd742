import Cache
import Configuration
import EventLoop
import Glibc
import Logging
import Proxy
import TLS
import Telemetry
import Time
import Upstream

/// A running Yett: workers that serve, and the control loop beside them, which is the thread that calls `run`.
public final class Service {
  /// For workers to cut what is left after a drain's deadline, and for threads to end: a second less than the whole
  /// that `ShutdownWatch` allows, so that there is time to say who is stuck.
  private static let grace = Shutdown.grace - .seconds(1)

  /// Where it listens, by the listeners' names, as of its start.
  public let listeners: [(name: String, address: Address)]

  private let logger: Logger
  private let signals: SignalReader
  private let shutdown: ShutdownWatch
  private var watching = Threads()
  private let loop: EventLoop
  private let logMailbox: Mailbox<LogCommand>
  private let utility: Mailbox<UtilityCommand>
  private let reports: Mailbox<WorkerReport>
  private let parts: ReloadParts
  private let reloader: Reloader
  private var pending: [WorkerReport] = []
  private var steps: [Shutdown] = []
  private var isDraining = false
  private var guardToken = EventToken.none

  /// Loads the configuration, opens the sockets and starts the threads. Call before any other thread is started.
  public init(source: ConfigurationSource, logger: Logger) throws(ServiceError) {
    self.logger = logger
    SignalReader.ignoreBrokenPipes()
    let loaded: LoadedConfiguration
    do throws(ConfigurationError) { loaded = try source.load() } catch { throw .configuration(error) }
    let registries: Registries
    do throws(TLSError) { registries = try Registries() } catch { throw .certificates("\(error)") }
    let snapshot = registries.snapshot(number: 1, loaded)
    let cache = loaded.configuration.cache
    let store = Store(limit: cache.memory, largestObject: cache.largestObject)
    let count = loaded.configuration.workers ?? ProcessFacts.cores
    let counters = ProcessCounters(started: WallTime.readClock())
    let logQueue = LogQueue()
    do throws(SystemError) {
      signals = try SignalReader([SIGHUP, SIGUSR1])
      shutdown = try ShutdownWatch(drain: loaded.configuration.limits.drain)
      loop = try EventLoop()
      logMailbox = try Mailbox(limit: 1_024)
      utility = try Mailbox(limit: 64)
      reports = try Mailbox(limit: 1_024)
    } catch {
      throw .system(error)
    }
    let table = ListenerTable(workers: count)
    let admin = AdminServer(logger: logger)
    let prepared: AdminServer.Prepared
    let sockets: [[ListeningSocket]]
    do throws(ListenerError) {
      prepared = try admin.prepare(loaded.configuration.admin)
      sockets = try table.open(loaded.configuration.listeners)
    } catch {
      throw .configuration(error.refusal(at: loaded.places))
    }
    let watch = OriginWatch(logger: logger)
    watch.adopt(snapshot, in: loop)
    let destination = LogDestination(loaded.configuration.log.access, opened: loaded.log)
    do throws(SystemError) {
      let workers = try WorkerThreads(
        count: count, snapshot, sockets: sockets, store: store, reports: reports, logQueue: logQueue,
        logMailbox: logMailbox, logDestination: destination, utility: utility, logger: logger)
      parts = ReloadParts(
        listeners: table, workers: workers, watch: watch, admin: admin,
        reports: Reports(
          snapshot, registries: registries, counters: counters, watch: watch, logQueue: logQueue, workers: count,
          cacheFigures: { CacheFigures(store.figures) }, in: loop),
        logDestination: destination, logMailbox: logMailbox, shutdown: shutdown)
      reloader = try Reloader(
        source, serving: snapshot, registries: registries, counters: counters, parts: parts, utility: utility,
        logger: logger, in: loop)
    } catch {
      throw .system(error)
    }
    listeners = zip(snapshot.listeners, sockets).map { ($0.name, $1[0].address) }
    counters.reloaded(snapshot: 1, at: loop.wall)
    for listener in listeners { logger.info("ready listener=\(listener.name) address=\(listener.address)") }
    for notice in prepared.notices + loaded.configuration.warnings { logger.warning("\(notice)") }
    admin.adopt(prepared, desk: AdminDesk(reports: parts.reports, reloader: reloader), in: loop)
  }

  /// Hands over a report again and again, on the control loop's thread, which it must not block. Call before `run`.
  ///
  /// - Parameter since: how far the report's window reaches back.
  public func every(_ interval: Nanoseconds, since: Nanoseconds, _ body: @escaping (StatusReport) -> Void) {
    let reports = parts.reports
    let repeater = Repeater(every: interval) { loop in
      var query = StatusQuery()
      query.since = since
      if let report = reports.status(query, now: loop.now, wall: loop.wall) { body(report) }
    }
    repeater.start(in: loop)
  }

  /// Serves until a signal ends it and all workers have drained.
  public func run() throws(ServiceError) {
    do throws(SystemError) {
      _ = try loop.add(
        DescriptorTenant { [unowned self] _ in self.readSignals() }, descriptor: signals.descriptor)
      _ = try loop.add(DescriptorTenant { [unowned self] _ in self.readReports() }, descriptor: reports.descriptor)
      _ = try loop.add(
        DescriptorTenant { [unowned self] _ in self.readShutdown() }, descriptor: shutdown.news.descriptor)
      let watch = shutdown
      // Never joined: until the process has ended, somebody has to hear that it is to end.
      try watching.start(name: "yett-shutdown") { watch.run() }
    } catch {
      throw .system(error)
    }
    guardToken = loop.add(DescriptorTenant { [unowned self] _ in self.giveUpWorkers() })
    loop.run()
    parts.admin.close(in: loop)
    logMailbox.post(.stop)
    utility.post(.stop)
    let stuck = parts.workers.join(within: Self.grace)
    guard stuck.isEmpty else {
      logger.critical("\(stuck.joined(separator: ", ")) cannot end, a disk or a pipe is stuck; ending without")
      _exit(1)
    }
    logger.info("ended")
  }

  private func readSignals() {
    while let signal = signals.next() {
      switch signal {
      case SIGHUP: reloader.ask(.signal, in: loop)
      case SIGUSR1: logMailbox.post(.reopen)
      default: break
      }
    }
  }

  private func readShutdown() {
    shutdown.news.drain(into: &steps)
    for step in steps {
      switch step {
      case .none, .forced: break
      case .draining:
        logger.info("draining for up to \(reloader.drain)")
        drain(for: Nanoseconds(reloader.drain))
      case .cutting:
        logger.notice("ending at once")
        drain(for: .zero)
      }
    }
  }

  /// Nobody listens from now on; what is under way may go on for so long.
  private func drain(for patience: Nanoseconds) {
    isDraining = true
    parts.reports.isDraining = true
    reloader.end()
    parts.listeners.closeAll()
    parts.workers.post(.drain(until: loop.now + patience))
    _ = loop.schedule(guardToken, at: loop.now + patience + Self.grace)
  }

  /// Workers have not ended though the drain's deadline has long passed.
  private func giveUpWorkers() {
    logger.critical("workers \(parts.workers.alive.sorted()) do not end; ending without them")
    _exit(1)
  }

  private func readReports() {
    self.reports.drain(into: &pending)
    for report in pending {
      var isLast = false
      if case .ended(let worker) = report {
        isLast = parts.workers.ended(worker)
        if !isDraining { logger.critical("worker \(worker) has ended; \(parts.workers.alive.count) go on") }
      }
      reloader.note(report, in: loop)
      if isLast { loop.stop() }
    }
  }
}
