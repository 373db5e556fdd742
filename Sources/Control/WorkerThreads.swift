import Cache
import EventLoop
import Logging
import Proxy
import Telemetry

/// The threads that serve and the one that writes the log.
final class WorkerThreads {
  let count: Int
  private let mailboxes: [Mailbox<WorkerMessage>]
  private var threads = Threads()
  private var alive: Int

  init(
    count: Int, _ snapshot: Snapshot, sockets: [[ListeningSocket]], store: Store, reports: Mailbox<WorkerReport>, logQueue: LogQueue,
    logMailbox: Mailbox<LogCommand>, logger: Logger
  ) throws(SystemError) {
    self.count = count
    alive = count
    var mailboxes: [Mailbox<WorkerMessage>] = []
    for _ in 0..<count { mailboxes.append(try Mailbox(limit: 4_096)) }
    self.mailboxes = mailboxes
    let all = mailboxes
    let destination = snapshot.configuration.log.access
    try threads.start(name: "yett-log") {
        do throws(SystemError) {
          try LogWriter(destination, queue: logQueue, mailbox: logMailbox, logger: logger).run()
        } catch {
          logger.critical("the log thread cannot start: \(error)")
        }
      }
    for number in 0..<count {
      let own = sockets.map { $0[number] }
      try threads.start(name: "yett-worker-\(number)") {
          do throws(SystemError) {
            try Worker(
              number: number, snapshot, sockets: own, store: store, mailboxes: all, reports: reports,
              logQueue: logQueue, logWriter: logMailbox
            ).run()
          } catch {
            logger.critical("worker \(number) cannot start: \(error)")
            reports.post(.ended(worker: number))
          }
        }
    }
  }

  /// To every worker.
  func post(_ message: WorkerMessage) { for mailbox in mailboxes { mailbox.post(message) } }

  /// To one worker.
  func post(_ message: WorkerMessage, to worker: Int) { mailboxes[worker].post(message) }

  /// One has ended. Whether it was the last.
  func ended() -> Bool {
    alive -= 1
    return alive == 0
  }

  func join() { threads.join() }
}
