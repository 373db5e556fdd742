import EventLoop
import Synchronization
import Time

/// The open file of the access log. Who loads a configuration opens it, and the log thread writes to that same one:
/// were it opened a second time, the reader of a FIFO would take the first closing for the end.
final class LogFile: Sendable {
  private let file: OutputFile
  /// The rest of a line that was written in part: it comes before the next one, or two would be one.
  private let torn = Mutex<[UInt8]>([])

  init(_ file: consuming OutputFile) { self.file = file }

  /// Blocks on the disk.
  convenience init(appendingTo path: String) throws(OutputFileError) { self.init(try OutputFile(appendingTo: path)) }

  /// Appends whole lines. Where it fails, those that were not begun are lost.
  ///
  /// - Parameter patience: as `OutputFile.write` has it.
  func write(_ lines: Span<UInt8>, patience: Nanoseconds) throws(SystemError) {
    let failure = torn.withLock { torn -> SystemError? in
      let (written, failure) = file.append(torn.span, patience: patience)
      torn.removeFirst(written)
      guard failure == nil else { return failure }
      let (begun, last) = file.append(lines, patience: patience)
      if begun > 0, last != nil { torn = lines.restOfLine(from: begun) }
      return last
    }
    if let failure { throw failure }
  }
}

extension Span where Element == UInt8 {
  /// From the position to the end of its line; empty where one begins there.
  fileprivate func restOfLine(from position: Int) -> [UInt8] {
    var rest: [UInt8] = []
    var index = position
    while index < count, self[index - 1] != UInt8(ascii: "\n") {
      rest.append(self[index])
      index += 1
    }
    return rest
  }
}
