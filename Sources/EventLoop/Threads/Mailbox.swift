import CLinux
import Glibc
import Synchronization

/// Messages to one thread from any other: a guarded array, and an eventfd that wakes the loop which has it added as a
/// descriptor.
public final class Mailbox<Message: Sendable>: Sendable {
  /// For `EventLoop.add`; readable while messages lie there.
  public let descriptor: Int32
  private let limit: Int
  private let messages: Mutex<[Message]>

  /// - Parameter limit: messages that may lie unread, 1 or more.
  public init(limit: Int) throws(SystemError) {
    descriptor = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
    guard descriptor >= 0 else { throw SystemError("eventfd") }
    self.limit = limit
    messages = Mutex([])
  }

  deinit { close(descriptor) }

  /// Any thread. `false`, and nothing posted, where the box is full.
  ///
  /// - Parameter mustArrive: whatever lies there already; for messages that are bounded elsewhere.
  @discardableResult public func post(_ message: Message, mustArrive: Bool = false) -> Bool {
    let outcome = messages.withLock { (box: inout [Message]) -> (posted: Bool, wasEmpty: Bool) in
      guard box.count < limit || mustArrive else { return (false, false) }
      box.append(message)
      return (true, box.count == 1)
    }
    if outcome.wasEmpty { _ = eventfd_write(descriptor, 1) }
    return outcome.posted
  }

  /// Swaps what lies there into `target`, in order. The owner's thread alone.
  public func drain(into target: inout [Message]) {
    var count = eventfd_t()
    _ = unsafe eventfd_read(descriptor, &count)
    target.removeAll(keepingCapacity: true)
    messages.withLock { box in swap(&box, &target) }
  }
}
