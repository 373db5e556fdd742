import EventLoop
import Glibc
import TLS
import Testing
import Time

@testable import Upstream

@Suite("CheckVerdict: what one check says")
struct CheckVerdictTests {
  private func verdict(_ outcome: CheckOutcome, lag: Nanoseconds = .zero) -> CheckVerdict {
    CheckVerdict(outcome, timeout: .seconds(1), lag: lag)
  }

  @Test(
    "RFC 9110 §15: 200 to 399 passes",
    arguments: [
      (101, false), (199, false), (200, true), (204, true), (301, true), (399, true), (400, false), (503, false),
    ]
  )
  func status(status: UInt16, passes: Bool) {
    let reason = "answered \(status)"
    #expect(verdict(.answered(status: status)) == (passes ? .passed(reason: reason) : .failed(reason: reason)))
  }

  @Test(
    "what keeps an answer away fails",
    arguments: [
      (CheckOutcome.failed(.refused), "refused the connection"),
      (.failed(.closedUnanswered), "closed the connection before it answered"),
      (.timedOut(.connecting), "took no connection within 1 s"),
      (
        .failed(.noHandshake(.unverified(VerificationFailure(.selfSigned)))),
        "showed a certificate that is signed by itself and not trusted here"
      ),
      (.timedOutShaking, "did not finish the TLS handshake within 1 s"),
      (.timedOut(.waiting), "did not answer within 1 s"),
      (.timedOut(.answering), "did not answer within 1 s"),
    ])
  func failures(outcome: CheckOutcome, reason: String) {
    #expect(verdict(outcome) == .failed(reason: reason))
  }

  @Test("what we lack ourselves counts neither way")
  func exhausted() {
    #expect(verdict(.failed(.exhausted(SystemError("socket", code: EMFILE)))) == .void)
  }

  @Test(
    "a check that ended while the loop lagged by more than a quarter of its time-out counts neither way",
    arguments: [(0, true), (250, true), (251, false), (10_000, false)])
  func lag(milliseconds: Int64, counts: Bool) {
    for outcome in [CheckOutcome.answered(status: 200), .timedOut(.waiting), .timedOutShaking, .failed(.refused)] {
      #expect((verdict(outcome, lag: .milliseconds(milliseconds)) != .void) == counts)
    }
  }
}
