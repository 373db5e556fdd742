import Glibc

/// The file of a listening Unix socket. It stays behind when its process dies, and has to be gone before the next can
/// bind; it is removed with its owner, unless another socket's stands there by then.
struct SocketFile: ~Copyable, Sendable {
  private let path: String
  private let device: UInt64
  private let inode: UInt64

  /// Removes a socket's file that nobody listens on.
  ///
  /// - Throws: `EADDRINUSE` where somebody does, `EEXIST` for a file that is no socket.
  static func makeRoom(at path: String) throws(SystemError) {
    guard let status = status(of: path) else { return }
    guard status.st_mode & S_IFMT == S_IFSOCK else { throw SystemError("bind \(path)", code: EEXIST) }
    do throws(SystemError) {
      _ = try Socket.connect(to: .unix(path: path))
    } catch {
      guard error.code == ECONNREFUSED else {
        if error.code == ENOENT { return }
        // Its queue is full: somebody listens all the same.
        throw SystemError("bind \(path)", code: error.code == EAGAIN ? EADDRINUSE : error.code)
      }
      guard unsafe unlink(path) == 0 || errno == ENOENT else { throw SystemError("unlink \(path)") }
      return
    }
    throw SystemError("bind \(path)", code: EADDRINUSE)
  }

  /// Just bound.
  init(at path: String, permissions: UInt32?) {
    self.path = path
    if let permissions { unsafe _ = chmod(path, permissions) }
    let status = Self.status(of: path)
    (device, inode) = (UInt64(status?.st_dev ?? 0), UInt64(status?.st_ino ?? 0))
  }

  deinit {
    guard let status = Self.status(of: path), status.st_dev == device, status.st_ino == inode else { return }
    unsafe _ = unlink(path)
  }

  private static func status(of path: String) -> stat? {
    var status = stat()
    return unsafe lstat(path, &status) == 0 ? status : nil
  }
}
