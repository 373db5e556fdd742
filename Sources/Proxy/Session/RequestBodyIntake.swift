import Bytes
import HTTP
import Time

/// How far a request's body has come, and how long the client was waited for.
struct RequestBodyIntake: ~Copyable {
  /// How long an origin may take to ask for a body before Yett asks the client (RFC 9110 §10.1.1).
  private static let continueWait = Nanoseconds.seconds(1)

  private var decoder = BodyDecoder(.none)
  /// Nothing more of it is wanted or will come.
  private(set) var isComplete = true
  /// It was cut short, refused or failed: the connection has no next request.
  private(set) var isAbandoned = false
  /// Octets of the body, without its framing.
  private(set) var octets: UInt64 = 0
  /// The client waits for a 100 before it sends the body.
  private var holdsForContinue = false
  private var began = Instant.never
  private var waitBegan = Instant.never
  private var waitedBefore = Nanoseconds.zero

  mutating func begin(_ framing: BodyFraming, at now: Instant, expectsContinue: Bool) {
    decoder = BodyDecoder(framing)
    isComplete = framing.isEmpty
    isAbandoned = false
    octets = 0
    holdsForContinue = expectsContinue && !isComplete
    began = now
    waitBegan = .never
    waitedBefore = .zero
  }

  /// - Parameter room: octets that may be read on, 1 or more.
  mutating func read(
    _ input: borrowing Buffer, from position: inout Int, atMost room: Int
  ) throws(BodyError) -> BodyDecoder.Event {
    let event = try decoder.read(input, from: &position, limit: room)
    switch event {
    case .octets(let range):
      octets += UInt64(range.count)
      // A declared length ends with its last octet: no more may come to tell it.
      isComplete = decoder.isComplete
    case .end: isComplete = true
    case .more: break
    }
    return event
  }

  mutating func abandon() {
    isAbandoned = true
    holdsForContinue = false
  }

  /// When the client is asked for the body although the origin has not; `nil` if it waits for nothing.
  var continueDeadline: Instant? { holdsForContinue ? began + Self.continueWait : nil }

  mutating func askedForBody() { holdsForContinue = false }

  // MARK: The client's pace

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
