import Time

/// What a session counted of one request: for its record.
struct RequestTraffic {
  /// Octets of head and body that the client sent.
  var octetsIn: UInt64 = 0
  /// Octets of heads, body and framing that the kernel took.
  var octetsOut: UInt64 = 0
  /// How long the client was waited for.
  var bodyWait = Nanoseconds.zero
}
