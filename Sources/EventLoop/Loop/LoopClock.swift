import Synchronization
import Time

/// What a thread's clocks said at the beginning of its turn, and how long the last turn took.
///
/// All of it belongs to the loop's thread. Atomics because a constant can hold them: a look from another room is one
/// load, where a variable of a class is a dynamic check of exclusivity (95 instructions, eight times a request).
@usableFromInline struct LoopClock: ~Copyable {
  @usableFromInline let monotonic: Atomic<Int64>
  @usableFromInline let realTime: Atomic<Int64>
  @usableFromInline let lastTurn = Atomic<Int64>(0)

  init() {
    monotonic = Atomic(Instant.readClock().sinceStart.count)
    realTime = Atomic(WallTime.readClock().sinceEpoch.count)
  }

  @inlinable var now: Instant { Instant(sinceStart: Nanoseconds(monotonic.load(ordering: .relaxed))) }
  @inlinable var wall: WallTime { WallTime(sinceEpoch: Nanoseconds(realTime.load(ordering: .relaxed))) }
  @inlinable var lag: Nanoseconds { Nanoseconds(lastTurn.load(ordering: .relaxed)) }

  /// A turn begins.
  func read() {
    monotonic.store(Instant.readClock().sinceStart.count, ordering: .relaxed)
    realTime.store(WallTime.readClock().sinceEpoch.count, ordering: .relaxed)
  }

  /// The turn's handlers have ended, now.
  ///
  /// - Returns: when that was.
  func noteEnd() -> Instant {
    let ended = Instant.readClock()
    lastTurn.store((ended - now).count, ordering: .relaxed)
    return ended
  }
}
