import Synchronization
import Time

/// What happens to the process as a whole, a few times a day: reloads. Any thread.
public final class ProcessCounters: Sendable {
  private let state: Mutex<ReloadFigures>
  /// When the process began to serve.
  public let started: WallTime

  public init(started: WallTime) {
    self.started = started
    state = Mutex(ReloadFigures())
  }

  /// A snapshot was taken by every worker: the first one at the start, then one for each reload.
  public func reloaded(snapshot: UInt64, at time: WallTime) {
    state.withLock {
      $0.snapshot = snapshot
      $0.taken = time
      $0.succeeded &+= 1
      ($0.lastSucceeded, $0.lastTried) = (true, time)
    }
  }

  /// A configuration was refused; the one before goes on.
  ///
  /// - Parameter reason: for people, without secrets.
  public func refused(_ reason: String, at time: WallTime) {
    state.withLock {
      $0.failed &+= 1
      ($0.lastSucceeded, $0.lastTried) = (false, time)
      $0.lastRefusal = ReloadFigures.Refusal(reason: reason, at: time)
    }
  }

  public var reloads: ReloadFigures { state.withLock { $0 } }
}

/// What became of configurations so far.
public struct ReloadFigures: Equatable, Sendable {
  public struct Refusal: Equatable, Sendable {
    public let reason: String
    public let at: WallTime

    public init(reason: String, at: WallTime) {
      self.reason = reason
      self.at = at
    }
  }

  /// The number of the snapshot that is served; 0 before the first.
  public var snapshot: UInt64 = 0
  /// When it was taken.
  public var taken: WallTime?
  public var succeeded: UInt64 = 0
  public var failed: UInt64 = 0
  public var lastSucceeded = true
  /// When the last reload, successful or not, was tried.
  public var lastTried: WallTime?
  /// Stays after a reload that succeeds.
  public var lastRefusal: Refusal?

  public init() {}
}
