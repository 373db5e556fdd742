import Configuration
import EventLoop
import Logging
import Proxy
import Telemetry
import Time

/// The log thread: writes what workers hand over in full buffers, so that none of them waits for a disk.
final class LogWriter: EventTenant {
  /// For the reader of a FIFO that takes nothing.
  private static let patience = Nanoseconds.seconds(1)

  private let queue: LogQueue
  private let mailbox: Mailbox<LogCommand>
  private let destination: LogDestination
  private let logger: Logger
  private let loop: EventLoop
  private var file: LogFile?
  private var commands: [LogCommand] = []
  private var isFailing = false

  /// Call on the log thread.
  init(
    _ destination: LogDestination, queue: LogQueue, mailbox: Mailbox<LogCommand>, logger: Logger
  ) throws(SystemError) {
    (self.destination, self.queue, self.mailbox, self.logger) = (destination, queue, mailbox, logger)
    loop = try EventLoop()
    _ = try loop.add(self, descriptor: mailbox.descriptor)
    open()
  }

  func run() { loop.run() }

  func ready(_ readiness: Readiness, in loop: EventLoop) {
    mailbox.drain(into: &commands)
    write()
    for command in commands {
      switch command {
      case .lines: break
      case .reopen: open()
      case .stop: loop.stop()
      }
    }
  }

  private func open() {
    let (destination, opened) = destination.take()
    do throws(OutputFileError) {
      switch destination {
      case .off: file = nil
      case .standardOutput: file = LogFile(OutputFile.standardOutput())
      case .file(let path): file = if let opened { opened } else { try LogFile(appendingTo: path) }
      }
    } catch {
      logger.error("the access log cannot be opened: \(error); its lines are lost until SIGUSR1 opens it again")
      file = nil
    }
  }

  private func write() {
    while let buffer = queue.take() {
      let isWritten = buffer.withOctets { write($0) }
      queue.giveBack(buffer, lost: !isWritten)
    }
  }

  private func write(_ octets: Span<UInt8>) -> Bool {
    do throws(SystemError) {
      // Who waited for the reader of a FIFO in vain waits no more: the end of Yett may be next in the mailbox.
      guard try file?.write(octets, patience: isFailing ? .zero : Self.patience) != nil else { return false }
      isFailing = false
      return true
    } catch {
      // Said once: a full disk would fill with it.
      if !isFailing { logger.error("the access log cannot be written: \(error); lines are lost and counted") }
      isFailing = true
      return false
    }
  }
}
