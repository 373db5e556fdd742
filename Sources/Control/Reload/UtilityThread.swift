import EventLoop

/// What the utility thread is told.
enum UtilityCommand: Sendable {
  /// Work that blocks on a disk. It posts its result to a mailbox of the one who wants it.
  case run(@Sendable () -> Void)
  case stop
}

/// One thread for what would block the control loop: files of the configuration, certificates. Its queue is the bound
/// of its mailbox; work goes one after the other.
final class UtilityThread: EventTenant {
  private let mailbox: Mailbox<UtilityCommand>
  private let loop: EventLoop
  private var commands: [UtilityCommand] = []

  /// Call on the utility thread.
  init(mailbox: Mailbox<UtilityCommand>) throws(SystemError) {
    self.mailbox = mailbox
    loop = try EventLoop()
    _ = try loop.add(self, descriptor: mailbox.descriptor)
  }

  func run() { loop.run() }

  func ready(_ readiness: Readiness, in loop: EventLoop) {
    mailbox.drain(into: &commands)
    for command in commands {
      switch command {
      case .run(let work): work()
      case .stop: loop.stop()
      }
    }
    // What work holds is not kept until the next comes.
    commands = []
  }
}
