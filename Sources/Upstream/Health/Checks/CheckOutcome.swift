import EventLoop
import Time

/// How one check ended.
enum CheckOutcome: Equatable {
  case answered(status: UInt16)
  case failed(UpstreamFailure)
  case timedOut(UpstreamFailure.Stage)
  /// In the TLS handshake.
  case timedOutShaking
}

/// What a check says of its server.
enum CheckVerdict: Equatable {
  case passed(reason: String)
  case failed(reason: String)
  /// Neither way: it was we who were slow or had no means.
  case void

  /// - Parameters:
  ///   - timeout: of the check.
  ///   - lag: how late the loop was when the check ended. A server may look slow through it, or have been asked too
  ///     late; beyond a quarter of the time-out it is not held to either.
  init(_ outcome: CheckOutcome, timeout: Nanoseconds, lag: Nanoseconds) {
    guard lag <= timeout / 4 else {
      self = .void
      return
    }
    switch outcome {
    // RFC 9110 §15.3 and §15.4: a redirect is an answer of a server that works.
    case .answered(let status) where (200...399).contains(status): self = .passed(reason: "answered \(status)")
    case .answered(let status): self = .failed(reason: "answered \(status)")
    case .failed(.exhausted): self = .void
    case .failed(let failure): self = .failed(reason: failure.description)
    case .timedOut(.connecting): self = .failed(reason: "took no connection within \(timeout.words)")
    case .timedOutShaking: self = .failed(reason: UpstreamFailure.slowHandshake(within: timeout).description)
    case .timedOut: self = .failed(reason: "did not answer within \(timeout.words)")
    }
  }
}
