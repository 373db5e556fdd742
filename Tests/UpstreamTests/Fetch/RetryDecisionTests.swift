import EventLoop
import Glibc
import TLS
import Testing
import Time

@testable import Upstream

@Suite("RetryDecision: what is tried again")
struct RetryDecisionTests {
  private static let connecting: [UpstreamFailure] = [
    .refused, .unreachable(SystemError("connect", code: EHOSTUNREACH)), .noConnection(within: .seconds(1)),
    .noHandshake(.unverified(VerificationFailure(.selfSigned))), .noHandshake(.closed),
    .slowHandshake(within: .seconds(1)),
  ]
  private static let broken: [UpstreamFailure] = [
    .closedUnanswered, .brokenUnanswered(SystemError("recv", code: ECONNRESET)),
  ]
  private static let slow: [UpstreamFailure] = [.noFirstByte(within: .seconds(10))]
  private static let final: [UpstreamFailure] = [
    .noServer, .exhausted(SystemError("socket", code: EMFILE)), .badAnswer(reason: "is malformed"), .cutShort,
    .unprovenEnd, .silent(for: .seconds(30)), .overdue(.connecting, after: .seconds(30)),
    .overdue(.waiting, after: .seconds(30)),
  ]
  private static let complete: [RequestBodyState] = [.none, .whole, .streaming(takenOctets: 0)]

  private func after(
    _ failure: UpstreamFailure, isSafe: Bool = true, body: RequestBodyState = .none, unanswered: Int = 1,
    untried: Int = 1, budget: Nanoseconds = .seconds(1)
  ) -> RetryDecision {
    .after(failure, isSafe: isSafe, body: body, unanswered: unanswered, untried: untried, budget: budget)
  }

  @Test("no connection: elsewhere, whatever the method, as often as there is a place", arguments: connecting)
  func unconnected(failure: UpstreamFailure) {
    for isSafe in [true, false] {
      for body in Self.complete {
        for unanswered in 0...2 {
          #expect(after(failure, isSafe: isSafe, body: body, unanswered: unanswered) == .again(.elsewhere))
        }
        #expect(after(failure, isSafe: isSafe, body: body, untried: 0) == .giveUp(status: failure.status))
      }
    }
  }

  @Test("no octet of an answer: a safe request once more, elsewhere where there is one", arguments: broken)
  func isUnanswered(failure: UpstreamFailure) {
    for body in Self.complete {
      #expect(after(failure, body: body) == .again(.elsewhere))
      #expect(after(failure, body: body, untried: 0) == .again(.same))
      #expect(after(failure, body: body, unanswered: 2) == .giveUp(status: 502))
      #expect(after(failure, isSafe: false, body: body) == .giveUp(status: 502))
      #expect(after(failure, isSafe: false, body: body, untried: 0) == .giveUp(status: 502))
    }
  }

  @Test("too slow to begin: a safe request once more, but not at the same server", arguments: slow)
  func isSlow(failure: UpstreamFailure) {
    #expect(after(failure) == .again(.elsewhere))
    #expect(after(failure, untried: 0) == .giveUp(status: 504))
    #expect(after(failure, unanswered: 2) == .giveUp(status: 504))
    #expect(after(failure, isSafe: false) == .giveUp(status: 504))
  }

  @Test("nothing else", arguments: final)
  func isFinal(failure: UpstreamFailure) {
    for untried in 0...2 {
      #expect(after(failure, unanswered: 0, untried: untried) == .giveUp(status: failure.status))
    }
  }

  @Test("never without the whole body, never beyond the budget", arguments: connecting + broken + slow + final)
  func bounds(failure: UpstreamFailure) {
    let giveUp = RetryDecision.giveUp(status: failure.status)
    #expect(after(failure, body: .streaming(takenOctets: 1)) == giveUp)
    #expect(after(failure, budget: .zero) == giveUp)
    #expect(after(failure, budget: Nanoseconds(-1)) == giveUp)
  }
}
