import EventLoop
import Testing
import Time

@testable import Upstream

@Suite("FetchAttempts: who is asked next, and how often")
struct FetchAttemptsTests {
  private let now = Instant(sinceStart: .seconds(100))

  /// One attempt at `server` that fails; of so many servers that may be asked.
  private func fail(
    _ attempts: inout FetchAttempts, _ failure: UpstreamFailure, at server: Int, of servers: Int = 3,
    hasOtherAddress: Bool = false, now: Instant? = nil
  ) -> Bool {
    attempts.began()
    return attempts.failed(
      failure, at: server, hasOtherAddress: hasOtherAddress,
      untried: { tried in (0..<servers).filter { !tried.contains($0) }.count }, now: now ?? self.now)
  }

  @Test("who refused is not asked again, unless he has another address")
  func refused() {
    var attempts = FetchAttempts(isSafe: false, hasBody: false, at: now)
    #expect(fail(&attempts, .refused, at: 1))
    #expect(attempts.tried == [1])
    #expect(fail(&attempts, .refused, at: 0, hasOtherAddress: true))
    #expect(attempts.tried == [1])
    #expect(fail(&attempts, .refused, at: 0))
    #expect(!fail(&attempts, .refused, at: 2), "none is left")
    #expect(attempts.count == 4)
  }

  @Test("RFC 9110 §9.2.1: only a safe request is sent twice, and once more only")
  func unanswered() {
    var safe = FetchAttempts(isSafe: true, hasBody: false, at: now)
    #expect(fail(&safe, .closedUnanswered, at: 0))
    #expect(!fail(&safe, .closedUnanswered, at: 1))
    var unsafe = FetchAttempts(isSafe: false, hasBody: false, at: now)
    #expect(!fail(&unsafe, .closedUnanswered, at: 0))
  }

  @Test("the only server is asked again after it closed a connection that had waited")
  func same() {
    var attempts = FetchAttempts(isSafe: true, hasBody: false, at: now)
    #expect(fail(&attempts, .closedUnanswered, at: 0, of: 1))
    #expect(attempts.tried.isEmpty, "or it could not be picked")
    #expect(!fail(&attempts, .closedUnanswered, at: 0, of: 1))
  }

  @Test("a body of which octets are gone is not sent again, one that was not begun is")
  func body() {
    var untouched = FetchAttempts(isSafe: true, hasBody: true, at: now)
    #expect(fail(&untouched, .refused, at: 0))
    untouched.sent(1)
    #expect(!fail(&untouched, .refused, at: 1))
    var bodiless = FetchAttempts(isSafe: true, hasBody: false, at: now)
    bodiless.sent(0)
    #expect(fail(&bodiless, .refused, at: 0))
  }

  @Test("sixteen attempts within a minute")
  func bounds() {
    var attempts = FetchAttempts(isSafe: true, hasBody: false, at: now)
    for _ in 1..<FetchAttempts.limit { #expect(fail(&attempts, .refused, at: 0, hasOtherAddress: true)) }
    #expect(!attempts.isExhausted)
    #expect(!fail(&attempts, .refused, at: 0, hasOtherAddress: true))
    #expect(attempts.isExhausted && attempts.count == 16)
    var late = FetchAttempts(isSafe: true, hasBody: false, at: now)
    let last = now + FetchAttempts.budget
    #expect(fail(&late, .refused, at: 0, now: Instant(sinceStart: last.sinceStart - Nanoseconds(1))))
    #expect(!fail(&late, .refused, at: 1, now: last))
  }

  @Test("RFC 9110 §9.2.2: what may not be sent twice goes over no connection that may have ended")
  func proof() {
    #expect(FetchAttempts(isSafe: false, hasBody: false, at: now).wantsProof)
    #expect(!FetchAttempts(isSafe: true, hasBody: false, at: now).wantsProof)
    #expect(FetchAttempts(isSafe: true, hasBody: false, isShared: true, at: now).wantsProof)
  }
}
