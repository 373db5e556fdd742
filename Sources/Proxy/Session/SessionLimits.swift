import HTTP
import Time

/// What a client may take, in the form that sessions use it.
struct SessionLimits: Sendable {
  var head: HeadLimits
  var handshakeTimeout: Nanoseconds
  /// From a head's first octet to its last; also the grace of the least body rate.
  var headTimeout: Nanoseconds
  /// Octets a second that a body must bring on average, 1 or more.
  var bodyRate: Int64
  var keepAlive: Nanoseconds
  /// How long a client may take nothing of an answer.
  var writeTimeout: Nanoseconds
  var connectionsPerWorker: Int
  var connectionsPerAddress: Int
}
