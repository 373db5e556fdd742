import EventLoop
import Glibc
import Synchronization
import Time

/// Hears the signals to end on a thread that does nothing else, tells the control loop, and ends the process when
/// others are stuck: a disk or a pipe that blocks a thread must not keep Yett from ending.
final class ShutdownWatch: Sendable {
  /// What the control loop is to do: at most one message for each of the first two signals.
  let news: Mailbox<Shutdown>
  private let signals: SignalWaiter
  /// Nanoseconds. Written by the control loop, read when the first signal comes.
  private let drain: Atomic<Int64>

  /// Create it before any other thread is started.
  init(drain: Duration) throws(SystemError) {
    news = try Mailbox(limit: 2)
    signals = try SignalWaiter([SIGTERM, SIGINT])
    self.drain = Atomic(Nanoseconds(drain).count)
  }

  /// How long running requests may go on from now on. Any thread.
  func adopt(drain: Duration) { self.drain.store(Nanoseconds(drain).count, ordering: .relaxed) }

  /// Ends with the process. On the thread that is its own.
  func run() {
    var shutdown = Shutdown.none
    while true {
      let event: Shutdown.Event = signals.next(by: shutdown.limit) == nil ? .limitReached : .signal
      let drain = Nanoseconds(self.drain.load(ordering: .relaxed))
      shutdown = shutdown.after(event, at: Instant.readClock(), drain: drain)
      // Nothing is said: standard error may be what is stuck.
      guard shutdown != .forced else { _exit(1) }
      news.post(shutdown)
    }
  }
}
