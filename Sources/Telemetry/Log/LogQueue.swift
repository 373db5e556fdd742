import Bytes
import Synchronization

/// A place for lines on their way from a worker to the log thread. Buffers go in and out by a swap: no octet is copied.
final class LogText: Sendable {
  let buffer: Mutex<Buffer>

  init() { buffer = Mutex(BufferPool().take(.large)) }
}

/// Lines to be written.
public struct FullLogBuffer: Sendable {
  fileprivate let text: LogText
  public let lines: UInt64

  /// Lends all lines.
  public func withOctets<Result, E: Error>(_ body: (Span<UInt8>) throws(E) -> Result) throws(E) -> Result {
    try text.buffer.withLock { (buffer) throws(E) in try body(buffer.readable) }
  }
}

/// Full buffers on their way from workers to the log thread, and empty ones on their way back: at most `limit` of them,
/// so that a slow disk costs lines (which are counted) and never memory or a worker's time. Any thread; the lock is
/// held for a move of a reference.
public final class LogQueue: Sendable {
  private struct State {
    /// Rings would save moving up to `limit` references when the oldest is taken: too few to matter.
    var full: [FullLogBuffer] = []
    var empty: [LogText] = []
    var lost: UInt64 = 0
  }

  /// Buffers that wait to be written.
  public let limit: Int
  private let state: Mutex<State>
  /// Empty buffers that are there from the start.
  private static let spares = 8

  /// - Parameter limit: 1 or more; 64 buffers hold 4 MiB.
  public init(limit: Int = 64) {
    self.limit = max(limit, 1)
    var state = State()
    state.full.reserveCapacity(self.limit)
    state.empty.reserveCapacity(self.limit)
    // Made now, lest a worker makes them on the way of a hit while the log thread is behind.
    for _ in 0..<min(Self.spares, self.limit) { state.empty.append(LogText()) }
    self.state = Mutex(state)
  }

  /// Takes the lines of `buffer` and leaves an empty one; where the queue is full the lines are lost.
  ///
  /// - Returns: whether the queue was empty before: then the log thread sleeps and must be woken.
  func exchange(_ buffer: inout Buffer, lines: UInt64) -> Bool {
    // Made outside the lock, where all are under way.
    let text = state.withLock { $0.empty.popLast() } ?? LogText()
    text.buffer.withLock { swap(&$0, &buffer) }
    let full = FullLogBuffer(text: text, lines: lines)
    let wasEmpty = state.withLock { state -> Bool? in
      guard state.full.count < limit else { return nil }
      state.full.append(full)
      return state.full.count == 1
    }
    if wasEmpty == nil { giveBack(full, lost: true) }
    return wasEmpty ?? false
  }

  /// The oldest buffer, for the log thread, which gives it back with `giveBack` when it is written; `nil` where there
  /// is none.
  public func take() -> FullLogBuffer? {
    state.withLock { $0.full.isEmpty ? nil : $0.full.removeFirst() }
  }

  /// A buffer that was taken and written comes back to be filled again.
  ///
  /// - Parameter lost: whether its lines could not be written (a full disk).
  public func giveBack(_ buffer: FullLogBuffer, lost: Bool = false) {
    let (text, lines) = (buffer.text, lost ? buffer.lines : 0)
    text.buffer.withLock { $0.clear() }
    state.withLock { state in
      state.lost &+= lines
      if state.empty.count < limit { state.empty.append(text) }
    }
  }

  /// Lines that were never written: the queue was full, or the disk.
  public var linesLost: UInt64 { state.withLock { $0.lost } }
}
