import Time

/// What is kept of one exchange: made when it begins, filled in stage by stage, handed to recorder and log exactly once
/// when it ends. Plain octets without references: copying it costs no retain. Indices are those of the worker's
/// snapshot.
public struct RequestRecord: Sendable {
  /// No such index: no route matched, no server was asked.
  public static let absent = UInt32.max

  /// The recorder, in the worker's list; `absent` where no route matched.
  public var route = RequestRecord.absent
  /// The server asked last, in the snapshot's list; `absent` where none was.
  public var server = RequestRecord.absent
  public var pool = RequestRecord.absent
  /// The status of the final head, 100 to 599; 0 where none was made.
  public var status: UInt16 = 0
  public var cache = CacheResult.none
  public var ending = Ending.answered
  /// Attempts at servers; 0 for what no server was asked for.
  public var attempts: UInt8 = 0
  /// HTTP's raw value of the method.
  public var method: UInt8 = 0
  /// 10, 11 or 20.
  public var version: UInt8 = 11

  /// The first octet of the request was read.
  public var received: Instant
  /// The last octet of the head was read: from here people wait for us.
  public var headWhole: Instant
  /// A server was chosen for the first time, or the wait for somebody else's fill began.
  public var fetchBegan = Instant.never
  /// A connection to the server (new or kept) was ready.
  public var connected = Instant.never
  /// The request was given to the kernel whole.
  public var sent = Instant.never
  /// The origin's head was read whole.
  public var upstreamHead = Instant.never
  /// The answer's head was given to the kernel.
  public var answered = Instant.never
  /// The exchange ended: for an answer, its last octet was given to the kernel.
  public var finished = Instant.never
  /// Of the time until the answer, what was spent waiting for the client's own body.
  public var bodyWait = Nanoseconds.zero

  /// Octets of head and body that the client sent.
  public var octetsIn: UInt64 = 0
  /// Octets of head and body that the client was sent.
  public var octetsOut: UInt64 = 0

  /// - Parameter received: of the first octet; `headWhole` until that is set.
  public init(received: Instant) {
    self.received = received
    headWhole = received
  }

  /// From the request's head to the answer's, without the wait for the client's body; `nil` where no head was sent.
  /// Not negative.
  public var firstByte: Nanoseconds? { waited(until: answered) }

  /// From the request's head to the answer's last octet, without the wait for the client's body; `nil` where no answer
  /// was begun or the exchange has not ended. Not negative.
  public var total: Nanoseconds? { answered == .never ? nil : waited(until: finished) }

  /// From one stage to another; `nil` where one of them did not happen. Not negative.
  public static func span(from start: Instant, to end: Instant) -> Nanoseconds? {
    start == .never || end == .never ? nil : max(.zero, end - start)
  }

  private func waited(until end: Instant) -> Nanoseconds? {
    end == .never ? nil : max(.zero, end - headWhole - bodyWait)
  }
}
