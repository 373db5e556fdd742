import CLinux

/// What epoll said of a descriptor.
public struct Readiness: OptionSet, Sendable {
  public let rawValue: UInt8
  @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }

  @inlinable public static var readable: Readiness { Readiness(rawValue: 1) }
  @inlinable public static var writable: Readiness { Readiness(rawValue: 2) }
  /// The peer ended its side, or the connection failed: read on until the end even after a short read.
  @inlinable public static var ended: Readiness { Readiness(rawValue: 4) }
  /// Both sides are shut, or the connection failed: nothing more can be sent.
  @inlinable public static var broken: Readiness { Readiness(rawValue: 8) }

  init(events: UInt32) {
    var value: UInt8 = 0
    if events & EPOLLIN.rawValue != 0 { value |= 1 }
    if events & EPOLLOUT.rawValue != 0 { value |= 2 }
    if events & (EPOLLRDHUP.rawValue | EPOLLHUP.rawValue | EPOLLERR.rawValue) != 0 { value |= 5 }
    if events & (EPOLLHUP.rawValue | EPOLLERR.rawValue) != 0 { value |= 8 }
    rawValue = value
  }
}
