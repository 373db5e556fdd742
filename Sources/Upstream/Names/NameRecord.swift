import EventLoop
import Time

/// What is known of one name, and when to ask again. Addresses outlive failures: a name service that is down takes no
/// server with it.
struct NameRecord: Equatable {
  /// A name service's time to live is kept between these.
  static let shortest = Nanoseconds.seconds(5)
  static let longest = Nanoseconds.seconds(300)
  /// The pause after the first failure; each one in a row doubles it.
  static let firstPause = Nanoseconds.seconds(1)
  static let longestPause = Nanoseconds.seconds(30)
  /// Addresses of one name beyond it are left out.
  static let addressLimit = 32

  /// The last good ones, in the order in which they are tried; their ports mean nothing.
  private(set) var addresses: [Address] = []
  /// Of the last look-up; `nil` after a good one and before the first.
  private(set) var failure: String?
  /// When to ask (again); `.distantFuture` while a look-up is under way.
  private(set) var due: Instant
  private var pause = Nanoseconds.zero

  init(due: Instant) { self.due = due }

  /// Whether there was an answer yet, good or bad.
  var isSettled: Bool { failure != nil || !addresses.isEmpty }

  /// What an answer changed.
  enum News: Equatable {
    case none
    /// Other addresses than before, or the first.
    case addresses
    /// The same addresses, after failures.
    case recovered
    /// The first failure after a good answer, or at all.
    case failed
  }

  mutating func asked() { due = .distantFuture }

  /// - Parameter found: in the resolver's order of preference (RFC 6724 §6). None is a failure.
  mutating func answered(_ found: [Address], timeToLive: Nanoseconds, at now: Instant) -> News {
    guard !found.isEmpty else { return failed("it has no address", at: now) }
    let hadFailed = failure != nil
    failure = nil
    pause = .zero
    due = now + Swift.max(Self.shortest, Swift.min(timeToLive, Self.longest))
    let known = Array(found.prefix(Self.addressLimit))
    // Name servers rotate their answers: another order is no news, and moves no connection.
    guard Set(known) != Set(addresses) else { return hadFailed ? .recovered : .none }
    addresses = known
    return .addresses
  }

  mutating func failed(_ reason: String, at now: Instant) -> News {
    let isFirst = failure == nil
    failure = reason
    pause = pause == .zero ? Self.firstPause : Swift.min(pause * 2, Self.longestPause)
    due = now + pause
    return isFirst ? .failed : .none
  }
}
