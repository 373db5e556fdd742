import Glibc

/// A file of certificates or keys, read whole. Blocks on the disk: not on a worker.
public enum PEMFile {
  /// The most octets that one may have: some hundred certificates.
  public static let octetLimit = 1 << 20

  /// Its octets.
  public static func read(_ file: String) throws(CertificateError) -> [UInt8] { try readAll(file).octets }

  /// Its octets, and who may do what with it: the bits of `chmod`.
  static func readAll(_ file: String) throws(CertificateError) -> (octets: [UInt8], permissions: mode_t) {
    // O_NONBLOCK, lest the opening of a FIFO waits for its writer.
    let descriptor = unsafe open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard descriptor >= 0 else { throw unreadable(file) }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw unreadable(file) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw CertificateError(file: file, reason: .unreadable("it is not a regular file"))
    }
    // One octet more than it has: most end with the second read.
    let size = min(max(0, Int(clamping: status.st_size)), octetLimit) + 1
    var block = [UInt8](repeating: 0, count: size)
    var octets: [UInt8] = []
    while true {
      // Proof: `read` writes at most as many octets as the block has.
      let count = unsafe Glibc.read(descriptor, &block, block.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw unreadable(file) }
      if count == 0 { return (octets, status.st_mode & 0o7777) }
      octets.append(contentsOf: block[..<count])
      guard octets.count <= octetLimit else {
        throw CertificateError(file: file, reason: .tooLarge(limit: octetLimit))
      }
    }
  }

  private static func unreadable(_ file: String) -> CertificateError {
    let text = unsafe String(cString: strerror(errno))
    return CertificateError(file: file, reason: .unreadable(text))
  }
}
