import EventLoop
import Time

/// The open file of the access log. Who loads a configuration opens it, and the log thread writes to that same one:
/// were it opened a second time, the reader of a FIFO would take the first closing for the end.
final class LogFile: Sendable {
  private let file: OutputFile

  init(_ file: consuming OutputFile) { self.file = file }

  /// Blocks on the disk.
  convenience init(appendingTo path: String) throws(OutputFileError) { self.init(try OutputFile(appendingTo: path)) }

  /// - Parameter patience: as `OutputFile.write` has it.
  func write(_ octets: Span<UInt8>, patience: Nanoseconds) throws(SystemError) {
    try file.write(octets, patience: patience)
  }
}
