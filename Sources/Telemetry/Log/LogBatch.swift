import Bytes

/// The lines that a worker has written and not handed over yet. One owner, one thread.
public struct LogBatch: ~Copyable {
  /// Octets of a batch, and of the buffers in which they travel.
  public static let capacity = BufferSize.large.rawValue
  /// Octets from which on the batch is handed over: one more line always fits.
  public static let fullMark = capacity - AccessLogLine.lineLimit

  /// Whole lines, each with its line feed, and one that is being written.
  var text = BufferPool().take(.large)
  public private(set) var lines: UInt64 = 0

  public init() {}

  public var isEmpty: Bool { lines == 0 }
  /// To be flushed before the next line.
  public var isFull: Bool { text.count >= Self.fullMark }

  /// What was written since the last call is a whole line, with its line feed.
  mutating func endLine() { lines &+= 1 }

  /// Hands all lines over and goes on with an empty buffer. Call when full, and once a second: never waits.
  ///
  /// - Returns: whether the log thread must be woken: the queue was empty before.
  public mutating func flush(into queue: LogQueue) -> Bool {
    guard !isEmpty else { return false }
    let mustWake = queue.exchange(&text, lines: lines)
    lines = 0
    return mustWake
  }
}
