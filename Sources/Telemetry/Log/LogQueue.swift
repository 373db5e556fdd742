import Bytes
import Synchronization

/// Lines to be written.
public struct FullLogBuffer: Sendable {
  public fileprivate(set) var octets: [UInt8]
  public let lines: UInt64
}

/// Full buffers on their way from workers to the log thread, and empty ones on their way back: at most `limit` of them,
/// so that a slow disk costs lines (which are counted) and never memory or a worker's time. Any thread; the lock is
/// held for a move of an array.
public final class LogQueue: Sendable {
  private struct State {
    /// Rings would save moving up to `limit` references when the oldest is taken: too few to matter.
    var full: [FullLogBuffer] = []
    var empty: [[UInt8]] = []
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
    for _ in 0..<min(Self.spares, self.limit) {
      var spare: [UInt8] = []
      spare.reserveCapacity(LogBatch.capacity)
      state.empty.append(spare)
    }
    self.state = Mutex(state)
  }

  /// Copies whole lines into an empty buffer; where the queue is full they are lost.
  ///
  /// - Returns: whether the queue was empty before: then the log thread sleeps and must be woken.
  func add(_ octets: Span<UInt8>, lines: UInt64) -> Bool {
    // An array without storage until this thread, outside the lock, gives it some.
    var buffer = state.withLock { $0.empty.popLast() } ?? []
    buffer.append(octets)
    return state.withLock { state in
      guard state.full.count < limit else {
        state.lost &+= lines
        state.empty.append(buffer)
        return false
      }
      state.full.append(FullLogBuffer(octets: buffer, lines: lines))
      return state.full.count == 1
    }
  }

  /// The oldest buffer, for the log thread, which gives it back with `giveBack` when it is written; `nil` where there
  /// is none.
  public func take() -> FullLogBuffer? {
    state.withLock { $0.full.isEmpty ? nil : $0.full.removeFirst() }
  }

  /// A buffer that was taken and written comes back to be filled again.
  ///
  /// - Parameter lost: whether its lines could not be written (a full disk).
  public func giveBack(_ buffer: consuming FullLogBuffer, lost: Bool = false) {
    let lines = lost ? buffer.lines : 0
    buffer.octets.removeAll(keepingCapacity: true)
    let emptied = buffer.octets
    state.withLock { state in
      state.lost &+= lines
      if state.empty.count < limit { state.empty.append(emptied) }
    }
  }

  /// Lines that were never written: the queue was full, or the disk.
  public var linesLost: UInt64 { state.withLock { $0.lost } }
}
