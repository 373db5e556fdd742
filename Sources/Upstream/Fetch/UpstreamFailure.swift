import EventLoop
import Glibc
import TLS
import Time

/// Why one attempt to get an answer of a server ended without a whole one.
public enum UpstreamFailure: Error, Equatable, Sendable, CustomStringConvertible {
  /// No server of the pool may be used, or none is left that was not tried.
  case noServer
  case refused
  /// Another reason why no connection came about.
  case unreachable(SystemError)
  /// We had no descriptor, port or memory for a connection.
  case exhausted(SystemError)
  case noConnection(within: Nanoseconds)
  /// TLS could not be agreed on: the certificate was not believed, or anything else.
  case noHandshake(TLSFailure)
  /// The server let us in, and the TLS handshake took longer than that with it.
  case slowHandshake(within: Nanoseconds)
  /// The connection ended before the first octet of an answer.
  case closedUnanswered
  /// The connection broke before the first octet of an answer.
  case brokenUnanswered(SystemError)
  case noFirstByte(within: Nanoseconds)
  /// Octets that are no answer to the request; `reason` completes "sent an answer that…" for the log.
  case badAnswer(reason: String)
  /// The connection ended or broke within the answer.
  case cutShort
  /// The answer would be whole by the connection's end, and that end may be anybody's.
  case unprovenEnd
  /// Nothing came within the answer.
  case silent(for: Nanoseconds)
  /// The fetch as a whole took too long; `stage` is where it stood.
  case overdue(Stage, after: Nanoseconds)

  /// How far the attempt had come.
  public enum Stage: Sendable, Equatable {
    case choosing
    /// Nothing of the request was sent.
    case connecting
    /// Perhaps the request was sent; no octet of an answer came.
    case waiting
    case answering

    /// As the log has it.
    public var name: StaticString {
      switch self {
      case .choosing: "choose"
      case .connecting: "connect"
      case .waiting: "wait"
      case .answering: "answer"
      }
    }
  }

  /// What `connect` failed with.
  public init(connecting error: SystemError) {
    switch error.code {
    case ECONNREFUSED: self = .refused
    case EMFILE, ENFILE, ENOBUFS, ENOMEM, EADDRNOTAVAIL, EAGAIN: self = .exhausted(error)
    default: self = .unreachable(error)
    }
  }

  /// How far the attempt had come: what decides on another one.
  public var stage: Stage {
    switch self {
    case .noServer: .choosing
    case .overdue(let stage, _): stage
    case .refused, .unreachable, .exhausted, .noConnection, .noHandshake, .slowHandshake: .connecting
    case .closedUnanswered, .brokenUnanswered, .noFirstByte: .waiting
    case .badAnswer, .cutShort, .unprovenEnd, .silent: .answering
    }
  }

  /// What the client gets where nothing was sent to it yet (RFC 9110 §15.6.3 to §15.6.5).
  public var status: UInt16 {
    switch self {
    case .noServer, .exhausted: 503
    case .refused, .unreachable, .noHandshake, .closedUnanswered, .brokenUnanswered, .badAnswer, .cutShort,
      .unprovenEnd:
      502
    case .noConnection, .slowHandshake, .noFirstByte, .silent, .overdue: 504
    }
  }

  /// Whether it is to be told to `ServerState.failedToConnect`. What we lack ourselves tells nothing of a server.
  public var countsAgainstServer: Bool {
    switch self {
    case .refused, .unreachable, .noConnection, .noHandshake, .slowHandshake: true
    case .noServer, .exhausted, .closedUnanswered, .brokenUnanswered, .noFirstByte, .badAnswer, .cutShort,
      .unprovenEnd, .silent, .overdue:
      false
    }
  }

  /// Whether it was a time-out.
  public var isSlowness: Bool { status == 504 }

  /// Completes "`search-2 (10.1.0.12:8080)` …"; without a server, "the pool …".
  public var description: String {
    switch self {
    case .noServer: "has no server left"
    case .refused: "refused the connection"
    case .unreachable(let error): "could not be reached (\(error))"
    case .exhausted(let error): "was not connected to for want of means here (\(error))"
    case .noConnection(let limit): "took no connection within \(limit.words)"
    case .noHandshake(.unverified(let failure)): "showed a certificate that \(failure)"
    case .noHandshake(.notTLS): "does not speak TLS"
    case .noHandshake(let failure): "failed the TLS handshake (\(failure))"
    case .slowHandshake(let limit): "did not finish the TLS handshake within \(limit.words)"
    case .closedUnanswered: "closed the connection before it answered"
    case .brokenUnanswered(let error): "broke the connection before it answered (\(error))"
    case .noFirstByte(let limit): "sent no first byte within \(limit.words)"
    case .badAnswer(let reason): "sent an answer that \(reason)"
    case .cutShort: "ended the connection within its answer"
    case .unprovenEnd: "ended the connection without `close_notify`, so that its answer may have been cut"
    case .silent(let limit): "sent nothing for \(limit.words) within its answer"
    case .overdue(_, let limit): "had not answered after \(limit.words)"
    }
  }
}

extension Nanoseconds {
  /// `1500 ms`, `10 s`.
  var words: String {
    count % 1_000_000_000 == 0 ? "\(seconds) s" : "\(count / 1_000_000) ms"
  }
}
