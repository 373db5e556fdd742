import CLinux
import Glibc

/// Signals as readable news of one loop. Create it before any other thread: they inherit the blocked mask.
public struct SignalReader: ~Copyable {
  /// For `EventLoop.add`.
  public let descriptor: Int32

  /// Blocks `signals` in this thread and all it starts.
  public init(_ signals: [Int32]) throws(SystemError) {
    var set = sigset_t()
    unsafe sigemptyset(&set)
    for signal in signals { unsafe sigaddset(&set, signal) }
    let code = unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
    let opened = unsafe signalfd(-1, &set, Int32(SFD_NONBLOCK | SFD_CLOEXEC))
    descriptor = opened
    guard code == 0 else { throw SystemError("pthread_sigmask", code: code) }
    guard opened >= 0 else { throw SystemError("signalfd") }
  }

  deinit { close(descriptor) }

  /// The next signal's number, `nil` when none is pending.
  public borrowing func next() -> Int32? {
    var info = signalfd_siginfo()
    let size = MemoryLayout<signalfd_siginfo>.size
    guard unsafe read(descriptor, &info, size) == size else { return nil }
    return Int32(bitPattern: info.ssi_signo)
  }

  /// A write to a closed connection is an error of that write, never the end of the process.
  public static func ignoreBrokenPipes() { _ = signal(SIGPIPE, SIG_IGN) }
}
