import Cache
import EventLoop
import Time

/// What a worker is told by Control.
public enum WorkerMessage: Sendable {
  /// Take this snapshot from the next request on.
  ///
  /// - sockets: one for each of the snapshot's listeners.
  case adopt(Snapshot, sockets: [ListeningSocket])
  /// There is news of a fill that some of the worker's exchanges wait for.
  case fillNews(Fill)
  /// A reader of a fill that the worker owns got on or left.
  case readerMoved(Fill)
  /// Accept nothing more, finish what is under way by then, and end.
  case drain(until: Instant)
}

/// What Control is told by workers.
public enum WorkerReport: Sendable {
  /// The worker has taken the snapshot of that number.
  case adopted(worker: Int, snapshot: Int)
  /// Something of the snapshot can't be used by the worker; the rest is.
  case refused(worker: Int, why: String)
  /// The worker has ended.
  case ended(worker: Int)
}
