import Glibc

/// Why a file could not be read: completes "cannot be read: …".
public struct SourceFileError: Error, Equatable, CustomStringConvertible {
  public let description: String
  public init(_ description: String) { self.description = description }
}

/// A file's octets, read whole and bounded.
enum SourceFile {
  /// Blocks on the disk: for start-up and the utility thread.
  static func read(_ path: String) throws(SourceFileError) -> [UInt8] {
    // O_NONBLOCK, lest the opening of a FIFO waits for its writer.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw SourceFileError(words(errno)) }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw SourceFileError(words(errno)) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw SourceFileError("not a regular file") }
    var text: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = unsafe block.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
      if count < 0 {
        if errno == EINTR { continue }
        throw SourceFileError(words(errno))
      }
      guard count > 0 else { return text }
      text.append(contentsOf: block.prefix(count))
      // One octet more than allowed is enough for the decoder to refuse the file.
      guard text.count <= YAMLLimits.fileOctets else { return text }
    }
  }

  private static func words(_ code: Int32) -> String {
    switch code {
    case ENOENT: "no such file"
    case EACCES: "permission denied"
    case EISDIR: "it is a directory"
    default: "error \(code) of the system"
    }
  }
}
