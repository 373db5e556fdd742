import Glibc

/// A file that lines are appended to. Blocks on the disk: never on a loop that serves.
public struct OutputFile: ~Copyable {
  private let descriptor: Int32
  private let isOwned: Bool

  /// Created with mode 0640 where there is none.
  public init(appendingTo path: String) throws(SystemError) {
    let opened = unsafe open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o640)
    descriptor = opened
    isOwned = true
    guard opened >= 0 else { throw SystemError("open \(path)") }
  }

  private init(borrowing descriptor: Int32) { (self.descriptor, isOwned) = (descriptor, false) }

  public static func standardOutput() -> OutputFile { OutputFile(borrowing: STDOUT_FILENO) }
  public static func standardError() -> OutputFile { OutputFile(borrowing: STDERR_FILENO) }

  deinit { if isOwned, descriptor >= 0 { close(descriptor) } }

  /// All octets, however many writes that takes.
  public borrowing func write(_ octets: Span<UInt8>) throws(SystemError) {
    var start = 0
    while start < octets.count {
      let rest = octets.extracting(start..<octets.count)
      let written = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if written < 0 {
        guard errno == EINTR else { throw SystemError("write") }
        continue
      }
      start += written
    }
  }
}
