import Time

/// How long an origin may take. Each more than zero.
public struct ConnectionTimeouts: Sendable, Equatable {
  public var connect: Nanoseconds
  /// From the last octet of the request to the first of the answer.
  public var firstByte: Nanoseconds
  /// Between two reads of an answer, and between two writes of a request that the origin does not take.
  public var betweenBytes: Nanoseconds
  /// How long a connection is kept for a next request.
  public var idle: Nanoseconds

  public init(connect: Nanoseconds, firstByte: Nanoseconds, betweenBytes: Nanoseconds, idle: Nanoseconds) {
    (self.connect, self.firstByte, self.betweenBytes, self.idle) = (connect, firstByte, betweenBytes, idle)
  }
}
