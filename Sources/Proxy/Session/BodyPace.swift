import HTTP
import Time

/// How long a client was waited for while it sent a request's body, and when it will have been too slow.
struct BodyPace {
  /// How long an origin may take to ask for a body before Yett asks the client (RFC 9110 §10.1.1).
  private static let continueWait = Nanoseconds.seconds(1)

  /// Octets of the body, without its framing.
  var octets: UInt64 = 0
  /// The client waits for a 100 before it sends the body.
  private var holdsForContinue: Bool
  private let began: Instant
  private var waitBegan = Instant.never
  private var waitedBefore = Nanoseconds.zero

  init(at now: Instant, expectsContinue: Bool) { (began, holdsForContinue) = (now, expectsContinue) }

  /// When the client is asked for the body although the origin has not; `nil` if it waits for nothing.
  var continueDeadline: Instant? { holdsForContinue ? began + Self.continueWait : nil }

  /// It was asked, sends without being asked, or sends no more.
  mutating func askedForBody() { holdsForContinue = false }

  mutating func waiting(at now: Instant) { if waitBegan == .never { waitBegan = now } }

  mutating func notWaiting(at now: Instant) {
    guard waitBegan != .never else { return }
    waitedBefore = waitedBefore + (now - waitBegan)
    waitBegan = .never
  }

  /// How long the client was waited for in all.
  func waited(at now: Instant) -> Nanoseconds {
    waitBegan == .never ? waitedBefore : waitedBefore + (now - waitBegan)
  }

  /// When a client that sends nothing more will have been too slow: a grace, and the time that what it has sent takes
  /// at the least rate.
  func deadline(at now: Instant, limits: SessionLimits) -> Instant {
    guard limits.bodyRate > 0 else { return .distantFuture }
    let earned = Nanoseconds.seconds(1) / limits.bodyRate * Int64(clamping: octets)
    return now + (limits.bodyGrace + earned - waited(at: now))
  }
}
