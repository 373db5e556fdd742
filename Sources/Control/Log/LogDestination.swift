import Configuration
import Synchronization

/// Where the access log goes: written by the control loop when a reload changes it, read by the log thread when it is
/// told to reopen.
final class LogDestination: Sendable {
  private let destination: Mutex<AccessLogDestination>

  init(_ destination: AccessLogDestination) { self.destination = Mutex(destination) }

  var current: AccessLogDestination { destination.withLock { $0 } }

  /// Whether it is another one than before.
  func change(to new: AccessLogDestination) -> Bool {
    destination.withLock { known in
      guard known != new else { return false }
      known = new
      return true
    }
  }
}
