import CLinux
import Glibc

/// What the kernel said in one turn, and how far it was handed out. One thread.
@safe struct EventBatch: ~Copyable {
  /// Events taken from the kernel at once.
  static let limit = 256

  // Proof: allocated for `limit` events and freed with the value; the kernel wrote those before `end`.
  private let events = UnsafeMutablePointer<epoll_event>.allocate(capacity: EventBatch.limit)
  private var position = 0
  private var end = 0

  deinit { unsafe events.deallocate() }

  /// Waits for the next ones; what was not handed out of the last is dropped.
  ///
  /// - Parameter timeout: milliseconds, -1 for ever.
  mutating func wait(on epoll: Int32, timeout: Int32) {
    position = 0
    end = unsafe Swift.max(0, Int(epoll_wait(epoll, events, Int32(Self.limit), timeout)))
  }

  mutating func next() -> (EventToken, Readiness)? {
    guard position < end else { return nil }
    let event = unsafe events[position]
    position &+= 1
    return unsafe (EventToken(packed: event.data.u64), Readiness(events: event.events))
  }

  /// Whether there is one for a tenant that was not handed out.
  func holds(_ token: EventToken) -> Bool {
    let packed = token.packed
    var index = position
    while index < end {
      if unsafe events[index].data.u64 == packed { return true }
      index &+= 1
    }
    return false
  }
}
