import Glibc

/// How much a terminal shows.
public struct TerminalSize: Equatable, Sendable {
  /// 1 or more.
  public var rows: Int
  /// 1 or more.
  public var columns: Int

  public init(rows: Int, columns: Int) { (self.rows, self.columns) = (rows, columns) }

  /// Of the terminal that standard output is; `nil` where it is none, or does not tell. Any thread.
  public static var ofStandardOutput: TerminalSize? {
    var size = winsize()
    // Proof: TIOCGWINSZ writes one `winsize`.
    guard unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_row > 0, size.ws_col > 0 else {
      return nil
    }
    return TerminalSize(rows: Int(size.ws_row), columns: Int(size.ws_col))
  }
}
