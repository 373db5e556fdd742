/// Whether a connection carries another request once an answer is whole: only where both sides are known to be over,
/// and nothing of one exchange can be taken for a part of the next.
struct ConnectionReuse: Equatable {
  /// The request was given to the kernel whole, and no write failed (RFC 9112 §9.3.2: what an early answer leaves of it
  /// would be read as the next request).
  var isRequestSent: Bool
  /// Version and `Connection` of the answer let it be used again, and its end was not the connection's (RFC 9112 §9.3).
  var isKeptAlive: Bool
  /// Octets came behind the answer: an answer that nobody asked for (RFC 9112 §9.2).
  var hasStrayOctets: Bool
  /// The origin ended its side, or is about to.
  var isEnding: Bool
  /// There is room among those that wait.
  var isWanted: Bool

  var isAllowed: Bool { isRequestSent && isKeptAlive && !hasStrayOctets && !isEnding && isWanted }
}
