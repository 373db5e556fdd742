import Cache
import EventLoop
import Logging
import Proxy
import Telemetry
import Time

/// The threads that serve, the one that writes the log, and the one that may wait for disks.
final class WorkerThreads {
  let count: Int
  /// The numbers of the workers that have not ended.
  private(set) var alive: Set<Int>
  private let mailboxes: [Mailbox<WorkerMessage>]
  private var threads = Threads()

  init(
    count: Int, _ snapshot: Snapshot, sockets: [[ListeningSocket]], store: Store, reports: Mailbox<WorkerReport>,
    logQueue: LogQueue, logMailbox: Mailbox<LogCommand>, logDestination: LogDestination,
    utility: Mailbox<UtilityCommand>, logger: Logger
  ) throws(SystemError) {
    self.count = count
    alive = Set(0..<count)
    var mailboxes: [Mailbox<WorkerMessage>] = []
    for _ in 0..<count { mailboxes.append(try Mailbox(limit: 4_096)) }
    self.mailboxes = mailboxes
    let all = mailboxes
    try threads.start(name: "yett-utility") {
      do throws(SystemError) { try UtilityThread(mailbox: utility).run() } catch {
        logger.critical("the utility thread cannot start, nothing can be reloaded: \(error)")
      }
    }
    try threads.start(name: "yett-log") {
      do throws(SystemError) {
        try LogWriter(logDestination, queue: logQueue, mailbox: logMailbox, logger: logger).run()
      } catch {
        logger.critical("the log thread cannot start: \(error)")
      }
    }
    for number in 0..<count {
      let start = WorkerStart(snapshot, sockets: sockets.map { $0[number] })
      try threads.start(name: "yett-worker-\(number)") {
        do throws(SystemError) {
          let worker = try start.makeWorker { (snapshot, sockets) throws(SystemError) in
            try Worker(
              number: number, snapshot, sockets: sockets, store: store, mailboxes: all, reports: reports,
              logQueue: logQueue, logWriter: logMailbox)
          }
          worker?.run()
        } catch {
          logger.critical("worker \(number) cannot start: \(error)")
          reports.post(.ended(worker: number))
        }
      }
    }
  }

  /// To every worker.
  func post(_ message: WorkerMessage) { for mailbox in mailboxes { mailbox.post(message, mustArrive: true) } }

  /// Gives every worker a snapshot and its own sockets.
  ///
  /// - Parameter sockets: of each listener, one a worker.
  func post(_ snapshot: Snapshot, sockets: [[ListeningSocket]]) {
    for (number, mailbox) in mailboxes.enumerated() {
      mailbox.post(.adopt(snapshot, sockets: sockets.map { $0[number] }), mustArrive: true)
    }
  }

  /// One has ended. Whether it was the last.
  func ended(_ worker: Int) -> Bool {
    alive.remove(worker)
    return alive.isEmpty
  }

  /// Waits until all have ended, or for so long.
  ///
  /// - Returns: the names of those that are stuck.
  func join(within patience: Nanoseconds) -> [String] { threads.join(by: Instant.readClock() + patience) }
}
