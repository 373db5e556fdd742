import EventLoop
import Glibc
import TLS
import Testing
import Time

@testable import Upstream

@Suite("RFC 9110 §15.6: what a failed fetch tells its client")
struct UpstreamFailureTests {
  @Test(
    "status and words",
    arguments: [
      (UpstreamFailure.noServer, 503, "has no server left"),
      (.refused, 502, "refused the connection"),
      (.noConnection(within: .milliseconds(1_500)), 504, "took no connection within 1500 ms"),
      (
        .noHandshake(.unverified(VerificationFailure(.wrongName(wanted: "b.test", names: ["a.test"])))), 502,
        "showed a certificate that names a.test, not b.test"
      ),
      (.noHandshake(.notTLS), 502, "does not speak TLS"),
      (.noHandshake(.alert(40)), 502, "failed the TLS handshake (the peer sent alert 40 (handshake failure))"),
      (.slowHandshake(within: .seconds(1)), 504, "did not finish the TLS handshake within 1 s"),
      (
        .unprovenEnd, 502, "ended the connection without `close_notify`, so that its answer may have been cut"
      ),
      (.closedUnanswered, 502, "closed the connection before it answered"),
      (.noFirstByte(within: .seconds(10)), 504, "sent no first byte within 10 s"),
      (.badAnswer(reason: "is malformed"), 502, "sent an answer that is malformed"),
      (.cutShort, 502, "ended the connection within its answer"),
      (.silent(for: .seconds(30)), 504, "sent nothing for 30 s within its answer"),
      (.overdue(.waiting, after: .seconds(60)), 504, "had not answered after 60 s"),
    ])
  func words(failure: UpstreamFailure, status: UInt16, words: String) {
    #expect(failure.status == status)
    #expect(failure.description == words)
    #expect(failure.isSlowness == (status == 504))
  }

  @Test(
    "why connect failed, and whose fault that is",
    arguments: [
      (ECONNREFUSED, 502, true), (EHOSTUNREACH, 502, true), (ETIMEDOUT, 502, true), (ENOENT, 502, true),
      (EMFILE, 503, false), (ENFILE, 503, false), (EADDRNOTAVAIL, 503, false), (ENOBUFS, 503, false),
    ])
  func connecting(code: Int32, status: UInt16, isServers: Bool) {
    let failure = UpstreamFailure(connecting: SystemError("connect", code: code))
    #expect(failure.stage == .connecting)
    #expect(failure.status == status)
    #expect(failure.countsAgainstServer == isServers)
  }
}
