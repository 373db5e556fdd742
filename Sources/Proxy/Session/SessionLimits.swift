import HTTP
import Time

/// What a client may take, in the form that sessions use it.
struct SessionLimits: Sendable {
  var head: HeadLimits
  var handshakeTimeout: Nanoseconds
  /// From a head's first octet to its last.
  var headTimeout: Nanoseconds
  /// What a body may take beyond its least rate.
  var bodyGrace: Nanoseconds
  /// Octets a second that a body must bring on average; 0 for any.
  var bodyRate: Int64
  var keepAlive: Nanoseconds
  /// How long a client may take nothing of an answer.
  var writeTimeout: Nanoseconds
  var http2 = HTTP2Limits()
  var connectionsPerWorker: Int
  var connectionsPerAddress: Int
  /// TLS handshakes that are under way at once.
  var handshakes: Int
}
