import Configuration
import Synchronization

/// Where the access log goes: written by the control loop when a reload changes it, read by the log thread when it is
/// told to reopen.
final class LogDestination: Sendable {
  private struct State {
    var destination: AccessLogDestination
    var opened: LogFile?
  }

  private let state: Mutex<State>

  /// - Parameter opened: the file, where it is one.
  init(_ destination: AccessLogDestination, opened: LogFile?) {
    state = Mutex(State(destination: destination, opened: opened))
  }

  /// Where it goes, and the file where it was opened for that; the next one to take has to open it anew.
  func take() -> (destination: AccessLogDestination, opened: LogFile?) {
    state.withLock { state in
      defer { state.opened = nil }
      return (state.destination, state.opened)
    }
  }

  /// Whether it is another one than before; else what was opened is let go of.
  func change(to new: AccessLogDestination, opened: LogFile?) -> Bool {
    state.withLock { state in
      guard state.destination != new else { return false }
      state = State(destination: new, opened: opened)
      return true
    }
  }
}
