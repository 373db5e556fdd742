/// The lines that a worker has written and not handed over yet. One owner, one thread.
public struct LogBatch: ~Copyable {
  /// Octets that are allocated at once and used again and again.
  public static let capacity = 65_536
  /// Octets from which on the batch is handed over: one more line always fits.
  public static let fullMark = capacity - AccessLogLine.lineLimit

  /// Whole lines, each with its line feed.
  private(set) var octets: [UInt8] = []
  public private(set) var lines: UInt64 = 0

  public init() { octets.reserveCapacity(Self.capacity) }

  public var isEmpty: Bool { lines == 0 }
  /// To be flushed before the next turn.
  public var isFull: Bool { octets.count >= Self.fullMark }

  /// - Parameter line: a whole one, with its line feed.
  public mutating func add(_ line: Span<UInt8>) {
    octets.append(line)
    lines &+= 1
  }

  /// Hands all lines over and goes on with an empty buffer. Call when full, and once a second: never waits.
  ///
  /// - Returns: whether the log thread must be woken: the queue was empty before.
  public mutating func flush(into queue: LogQueue) -> Bool {
    guard !isEmpty else { return false }
    let mustWake = queue.exchange(&octets, lines: lines)
    lines = 0
    return mustWake
  }
}
