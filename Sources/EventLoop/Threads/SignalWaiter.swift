import Glibc
import Time

/// Signals that a thread of their own waits for, which nothing else can hold up. Create it before any other thread:
/// they inherit the blocked mask.
public struct SignalWaiter: Sendable {
  private let set: sigset_t

  /// Blocks `signals` in this thread and all it starts.
  public init(_ signals: [Int32]) throws(SystemError) {
    var set = sigset_t()
    unsafe sigemptyset(&set)
    for signal in signals { unsafe sigaddset(&set, signal) }
    let code = unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
    guard code == 0 else { throw SystemError("pthread_sigmask", code: code) }
    self.set = set
  }

  /// Waits for the next signal. Blocks the thread that calls.
  ///
  /// - Parameter deadline: on the monotonic clock; `nil` for as long as it takes.
  /// - Returns: the signal's number; `nil` where the deadline came first.
  public func next(by deadline: Instant?) -> Int32? {
    var set = set
    while true {
      let number: Int32
      if let deadline {
        let left = max(deadline - Instant.readClock(), .zero).count
        var wait = timespec(tv_sec: Int(left / 1_000_000_000), tv_nsec: Int(left % 1_000_000_000))
        number = unsafe sigtimedwait(&set, nil, &wait)
      } else {
        number = unsafe sigwaitinfo(&set, nil)
      }
      if number > 0 { return number }
      if errno == EAGAIN { return nil }
    }
  }
}
