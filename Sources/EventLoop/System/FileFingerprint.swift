import Glibc

/// What tells a file from another one, and from itself after a change, without reading it: symbolic links are followed,
/// so that one which points elsewhere shows as well.
public struct FileFingerprint: Hashable, Sendable {
  private let device: UInt64
  private let inode: UInt64
  private let octets: Int64
  private let modified: Timestamp
  /// Of the inode: an older date of modification that somebody sets does not hide a change.
  private let changed: Timestamp

  private struct Timestamp: Hashable {
    let seconds: Int
    let nanoseconds: Int

    init(_ time: timespec) { (seconds, nanoseconds) = (time.tv_sec, time.tv_nsec) }
  }

  /// Blocks on the disk.
  ///
  /// - Returns: `nil` where nothing is there, or it may not be looked at.
  public init?(of path: String) {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return nil }
    (device, inode, octets) = (UInt64(status.st_dev), UInt64(status.st_ino), Int64(status.st_size))
    (modified, changed) = (Timestamp(status.st_mtim), Timestamp(status.st_ctim))
  }
}
