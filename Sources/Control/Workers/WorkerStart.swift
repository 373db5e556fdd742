import EventLoop
import Proxy
import Synchronization

/// What a worker begins with, handed over once: a thread's closure lives as long as its thread, and would hold the
/// first snapshot and its sockets open for as long.
final class WorkerStart: Sendable {
  typealias Content = (snapshot: Snapshot, sockets: [ListeningSocket])
  private let content: Mutex<Content?>

  init(_ snapshot: Snapshot, sockets: [ListeningSocket]) { content = Mutex((snapshot, sockets)) }

  /// Nothing of the start outlives the call. On the worker's thread.
  ///
  /// - Returns: `nil` the second time.
  func makeWorker(
    _ make: (Snapshot, [ListeningSocket]) throws(SystemError) -> Worker
  ) throws(SystemError) -> Worker? {
    guard let content = take() else { return nil }
    return try make(content.snapshot, content.sockets)
  }

  private func take() -> Content? {
    content.withLock { content in
      let taken = content
      content = nil
      return taken
    }
  }
}
