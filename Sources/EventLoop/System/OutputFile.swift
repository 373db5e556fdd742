import Glibc
import Time

/// A file that lines are appended to. Blocks on the disk: never on a loop that serves.
public struct OutputFile: ~Copyable, Sendable {
  private let descriptor: Int32
  private let isOwned: Bool

  /// Created with mode 0640 where there is none. A regular file, a character device or a FIFO that somebody reads:
  /// none of them can make the opening wait.
  public init(appendingTo path: String) throws(OutputFileError) {
    let opened = try Self.open(path, O_CREAT)
    (descriptor, isOwned) = (opened, true)
  }

  /// Whether the path could be appended to now; makes no file. The reader of a FIFO that nobody else writes to is
  /// woken, and sees its end.
  ///
  /// - Throws: why not, as `init(appendingTo:)` would.
  public static func probe(appendingTo path: String) throws(OutputFileError) {
    do throws(OutputFileError) { close(try open(path, 0)) } catch {
      guard case .system(let cause) = error, cause.code == ENOENT else { throw error }
      let folder = folder(of: path)
      guard unsafe faccessat(AT_FDCWD, folder, W_OK | X_OK, AT_EACCESS) == 0 else {
        throw .system(SystemError("open \(path)"))
      }
    }
  }

  /// A descriptor of a file that lines can be appended to.
  private static func open(_ path: String, _ flags: Int32) throws(OutputFileError) -> Int32 {
    let opened = unsafe Glibc.open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | flags, 0o640)
    guard opened >= 0 else {
      let error = SystemError("open \(path)")
      switch error.code {
      // Of a FIFO: nobody has it open for reading (fifo(7)).
      case ENXIO where isFIFO(path): throw .unread(path: path)
      case ENOENT where !isFolder(folder(of: path)): throw .noFolder(path: path, folder: folder(of: path))
      default: throw .system(error)
      }
    }
    var status = stat()
    guard unsafe fstat(opened, &status) == 0, [S_IFREG, S_IFCHR, S_IFIFO].contains(status.st_mode & S_IFMT) else {
      close(opened)
      throw .unsuitable(path: path)
    }
    return opened
  }

  private init(borrowing descriptor: Int32) { (self.descriptor, isOwned) = (descriptor, false) }

  public static func standardOutput() -> OutputFile { OutputFile(borrowing: STDOUT_FILENO) }
  public static func standardError() -> OutputFile { OutputFile(borrowing: STDERR_FILENO) }

  deinit { if isOwned { close(descriptor) } }

  /// All octets, however many writes that takes.
  ///
  /// - Parameter patience: how long a FIFO or a terminal may take nothing at all; then the rest is lost (`EAGAIN`).
  public borrowing func write(_ octets: Span<UInt8>, patience: Nanoseconds = .seconds(1)) throws(SystemError) {
    var start = 0
    while start < octets.count {
      let rest = octets.extracting(start..<octets.count)
      let written = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if written < 0 {
        let error = SystemError("write")
        guard error.code == EINTR || error.code == EAGAIN && hasRoom(within: patience) else { throw error }
        continue
      }
      start += written
    }
  }

  private borrowing func hasRoom(within patience: Nanoseconds) -> Bool {
    var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    // Interrupted, or news of another kind: the next write tells.
    return unsafe poll(&entry, 1, Int32(clamping: patience.milliseconds)) != 0
  }

  private static func isFIFO(_ path: String) -> Bool { kind(of: path) == S_IFIFO }
  private static func isFolder(_ path: String) -> Bool { kind(of: path) == S_IFDIR }

  private static func kind(of path: String) -> mode_t? {
    var status = stat()
    return unsafe stat(path, &status) == 0 ? status.st_mode & S_IFMT : nil
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}

/// Why a file can't be appended to.
public enum OutputFileError: Error, Equatable, CustomStringConvertible {
  case system(SystemError)
  case noFolder(path: String, folder: String)
  case unread(path: String)
  case unsuitable(path: String)

  public var description: String {
    switch self {
    case .system(let error): "\(error)"
    case .noFolder(let path, let folder): "open \(path): there is no folder \(folder); make it first"
    case .unread(let path): "open \(path): it is a FIFO that nobody reads; start its reader first"
    case .unsuitable(let path): "open \(path): it is neither a regular file nor a character device nor a FIFO"
    }
  }
}
