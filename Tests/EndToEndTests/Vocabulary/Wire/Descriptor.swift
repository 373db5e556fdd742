import Glibc

/// A file descriptor that is closed once, at the latest with this value; not blocking, not inherited.
final class Descriptor {
  private(set) var number: Int32

  init(_ number: Int32, _ what: String) throws {
    guard number >= 0 else { throw Unmet("\(what): errno \(errno)") }
    self.number = number
    _ = fcntl(number, F_SETFD, FD_CLOEXEC)
    _ = fcntl(number, F_SETFL, fcntl(number, F_GETFL) | O_NONBLOCK)
  }

  deinit { close() }

  func close() {
    guard number >= 0 else { return }
    _ = Glibc.close(number)
    number = -1
  }

  /// Two ends of a stream within this machine.
  static func pair() throws -> (Descriptor, Descriptor) {
    var ends: [Int32] = [-1, -1]
    guard unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
      throw Unmet("socketpair: errno \(errno)")
    }
    return (try Descriptor(ends[0], "socketpair"), try Descriptor(ends[1], "socketpair"))
  }

  /// Gives the number up without closing it.
  func released() -> Int32 {
    defer { number = -1 }
    return number
  }

  /// Waits until there is something to read, or the other end is gone.
  ///
  /// - Returns: `false` when the deadline came first.
  func isReadable(by deadline: Deadline) -> Bool { wait(for: POLLIN, by: deadline) }
  func isWritable(by deadline: Deadline) -> Bool { wait(for: POLLOUT, by: deadline) }

  private func wait(for events: Int32, by deadline: Deadline) -> Bool {
    while true {
      var entry = pollfd(fd: number, events: Int16(events), revents: 0)
      let count = unsafe poll(&entry, 1, deadline.milliseconds)
      if count > 0 { return true }
      if count == 0 || errno != EINTR { return false }
    }
  }

  /// Waits for the first of several.
  static func isAnyReadable(_ descriptors: [Descriptor], by deadline: Deadline) -> Bool {
    var entries = descriptors.map { pollfd(fd: $0.number, events: Int16(POLLIN), revents: 0) }
    while true {
      let count = unsafe poll(&entries, nfds_t(entries.count), deadline.milliseconds)
      if count > 0 { return true }
      if count == 0 || errno != EINTR { return false }
    }
  }

  enum Reading {
    case octets([UInt8])
    case nothing
    case end
    case reset
  }

  /// What is there now.
  func read(atMost limit: Int = 65_536) -> Reading {
    var octets = [UInt8](repeating: 0, count: limit)
    let count = unsafe octets.withUnsafeMutableBytes { unsafe Glibc.read(number, $0.baseAddress, $0.count) }
    if count > 0 { return .octets(Array(octets[..<count])) }
    if count == 0 { return .end }
    return errno == EAGAIN || errno == EINTR ? .nothing : .reset
  }

  /// How many octets were taken; 0 when there is no room, `nil` when the other end is gone.
  func write(_ octets: ArraySlice<UInt8>) -> Int? {
    let count = unsafe octets.withUnsafeBytes {
      unsafe send(number, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
    }
    if count >= 0 { return count }
    return errno == EAGAIN || errno == EINTR ? 0 : nil
  }
}
