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
  private let path: String
  private let logger: Logger
  private let signals: SignalReader
  private let loop: EventLoop
  private let servers = ServerRegistry()
  private let recorders = RecorderRegistry()
  private let certificates = CertificateRegistry()
  private let tickets: TicketKeys
  private let logQueue = LogQueue()
  private let store: Store
  private let logMailbox: Mailbox<LogCommand>
  private let reports: Mailbox<WorkerReport>
  private let listeners: ListenerTable
  private let workers: WorkerThreads
  private let watch: OriginWatch
  private var snapshot: Snapshot
  private var pending: [WorkerReport] = []

  /// Reads the configuration, opens the sockets and starts the threads. Call before any other thread is started.
  public init(configuration path: String, logger: Logger) throws(ServiceError) {
    self.path = path
    self.logger = logger
    SignalReader.ignoreBrokenPipes()
    let configuration: Configuration
    do throws(ConfigurationError) { configuration = try Configuration.load(path: path) } catch {
      throw .configuration(error)
    }
    do throws(TLSError) { tickets = try TicketKeys() } catch { throw .certificates("\(error)") }
    do throws(CertificateError) {
      let loaded = try LoadedCertificates(configuration)
      snapshot = Snapshot(
        number: 1, configuration, tls: loaded.publish(in: certificates), tickets: tickets, servers: servers,
        recorders: recorders)
    } catch {
      throw .certificates("\(error)")
    }
    let cache = snapshot.configuration.cache
    store = Store(limit: cache.memory, largestObject: cache.largestObject)
    let count = snapshot.configuration.workers ?? Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    listeners = ListenerTable(workers: count)
    do throws(SystemError) {
      signals = try SignalReader([SIGTERM, SIGINT, SIGHUP, SIGUSR1])
      loop = try EventLoop()
      logMailbox = try Mailbox(limit: 1_024)
      reports = try Mailbox(limit: 1_024)
      watch = OriginWatch(logger: logger)
    } catch {
      throw .system(error)
    }
    watch.adopt(snapshot, in: loop)
    let sockets: [[ListeningSocket]]
    do throws(ListenerError) { sockets = try listeners.open(snapshot.configuration.listeners) } catch {
      throw .listener("\(error)")
    }
    do throws(SystemError) {
      workers = try WorkerThreads(
        count: count, snapshot, sockets: sockets, store: store, reports: reports, logQueue: logQueue, logMailbox: logMailbox,
        logger: logger)
    } catch {
      throw .system(error)
    }
    for (plan, sockets) in zip(snapshot.listeners, sockets) {
      logger.info("ready listener=\(plan.name) address=\(sockets[0].address)")
    }
  }

  /// Serves until a signal ends it and all workers have drained.
  public func run() throws(ServiceError) {
    do throws(SystemError) {
      _ = try loop.add(
        DescriptorTenant { [unowned self] _ in self.readSignals() }, descriptor: signals.descriptor)
      _ = try loop.add(DescriptorTenant { [unowned self] _ in self.readReports() }, descriptor: reports.descriptor)
    } catch {
      throw .system(error)
    }
    loop.run()
    logMailbox.post(.stop)
    workers.join()
  }

  private func readSignals() {
    while let signal = signals.next() {
      switch signal {
      case SIGTERM, SIGINT:
        logger.info("draining for up to \(snapshot.configuration.limits.drain)")
        workers.post(.drain(until: loop.now + Nanoseconds(snapshot.configuration.limits.drain)))
      case SIGUSR1: logMailbox.post(.reopen)
      default: break
      }
    }
  }

  private func readReports() {
    reports.drain(into: &pending)
    for report in pending {
      switch report {
      case .adopted: break
      case .refused(let worker, let why): logger.error("worker \(worker): \(why)")
      case .ended: if workers.ended() { loop.stop() }
      }
    }
  }
}

/// Why Yett does not start.
public enum ServiceError: Error, CustomStringConvertible {
  case configuration(ConfigurationError)
  case certificates(String)
  case listener(String)
  case system(SystemError)

  public var description: String {
    switch self {
    case .configuration(let error): "\(error)"
    case .certificates(let words), .listener(let words): words
    case .system(let error): "\(error)"
    }
  }
}
