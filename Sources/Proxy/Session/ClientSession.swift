import EventLoop

/// A client's connection, as its worker keeps it, whatever is spoken on it.
protocol ClientSession: EventTenant {
  /// Its place in the worker's list of sessions.
  var place: Int { get set }
  var peer: Address { get }
  var listener: WorkerListener { get }
  /// Whether no request is under way: what may be closed to make room, or to drain.
  var isIdle: Bool { get }
  /// The worker begins to drain: where the protocol can, the client is told.
  func beginDrain()
  /// Closes a session that has no request under way; the others end after their answer.
  func drain()
  /// Closes it whatever it is doing.
  func abort()
}
