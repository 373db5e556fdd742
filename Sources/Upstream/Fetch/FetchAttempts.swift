import Time

/// The attempts of one fetch: who was asked, what was sent, and whether there is to be another one.
struct FetchAttempts {
  /// Over all servers and addresses.
  static let limit = 16
  /// After it no further attempt is made.
  static let budget = Nanoseconds.seconds(60)

  private(set) var count = 0
  /// Servers that are not to be asked any more.
  var tried = ServerSet()
  /// Attempts that ended without an octet of an answer though the request may have been sent.
  private var unanswered = 0
  private var sentOctets: UInt64 = 0
  private let isSafe: Bool
  private let hasBody: Bool
  private let isShared: Bool
  private let deadline: Instant

  /// - Parameters:
  ///   - isSafe: of the method (RFC 9110 §9.2.1).
  ///   - hasBody: whether octets of a body belong to the request.
  ///   - isShared: whether the answer may be kept for others.
  init(isSafe: Bool, hasBody: Bool, isShared: Bool = false, at now: Instant) {
    (self.isSafe, self.hasBody, self.isShared) = (isSafe, hasBody, isShared)
    deadline = now + Self.budget
  }

  /// Whether a connection that was kept is to be asked first if nothing has come on it: a request that may not be sent
  /// twice must not be lost on one that has ended, and octets that nobody asked for must not be kept for everybody.
  var wantsProof: Bool { !isSafe || isShared }

  var isExhausted: Bool { count >= Self.limit }

  /// One begins.
  mutating func began() { count += 1 }

  /// Octets of the request's body were sent, and are gone.
  mutating func sent(_ octets: Int) { sentOctets += UInt64(octets) }

  /// The last one failed.
  ///
  /// - Parameters:
  ///   - hasOtherAddress: of the server that was asked.
  ///   - untried: so many servers may be asked that are not in the set.
  /// - Returns: whether there is to be another one.
  mutating func failed(
    _ failure: UpstreamFailure, at server: Int, hasOtherAddress: Bool, untried: (ServerSet) -> Int, now: Instant
  ) -> Bool {
    if !hasOtherAddress { tried.insert(server) }
    if failure.stage == .waiting { unanswered += 1 }
    guard !isExhausted else { return false }
    let decision = RetryDecision.after(
      failure, isSafe: isSafe, body: hasBody ? .streaming(takenOctets: sentOctets) : .none, unanswered: unanswered,
      untried: untried(tried), budget: deadline - now)
    switch decision {
    case .giveUp: return false
    case .again(.elsewhere): return true
    case .again(.same):
      tried = []
      return true
    }
  }
}
