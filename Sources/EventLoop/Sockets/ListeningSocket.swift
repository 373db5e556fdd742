import CLinux
import Glibc

/// A socket that accepts connections. Control opens it and workers hold it; it closes when the last of them lets go,
/// since closing loses what waits in its accept queue.
public final class ListeningSocket: Sendable {
  public let descriptor: Int32
  /// As bound: the port is the kernel's choice where 0 was asked for.
  public let address: Address
  /// Of a Unix socket: gone with it.
  private let file: SocketFile?

  /// Connections that may wait to be accepted (the kernel cuts it to `net.core.somaxconn`).
  public static let backlog: Int32 = 4_096

  /// Binds and listens.
  ///
  /// - Parameter shared: several sockets may be bound to the same address, each with an accept queue of its own
  ///   (`SO_REUSEPORT`); not for Unix paths, whose file is put in the place of one that nobody listens on.
  /// - Parameter permissions: of a Unix socket's file; `nil` is what the umask leaves.
  public init(bind address: Address, shared: Bool, permissions: UInt32? = nil) throws(SystemError) {
    guard address.isWhole else { throw SystemError("bind", code: ENAMETOOLONG) }
    if case .unix(let path) = address { try SocketFile.makeRoom(at: path) }
    let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    descriptor = socket(address.family, kind, 0)
    guard descriptor >= 0 else { throw SystemError("socket") }
    var on: Int32 = 1
    let size = socklen_t(MemoryLayout<Int32>.size)
    do throws(SystemError) {
      if case .unix = address {
      } else {
        guard unsafe setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, size) == 0 else {
          throw SystemError("SO_REUSEADDR")
        }
        // Inherited by what is accepted: one system call less for each connection.
        guard unsafe setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, size) == 0 else {
          throw SystemError("TCP_NODELAY")
        }
      }
      if shared {
        guard unsafe setsockopt(descriptor, SOL_SOCKET, SO_REUSEPORT, &on, size) == 0 else {
          throw SystemError("SO_REUSEPORT")
        }
      }
      let bound = descriptor
      // The file is born with the socket's mode, less the umask: never wider than asked for.
      if let permissions { fchmod(descriptor, permissions) }
      guard unsafe address.withSockAddr({ unsafe Glibc.bind(bound, $0, $1) }) == 0 else { throw SystemError("bind") }
      if case .unix(let path) = address { file = SocketFile(at: path, permissions: permissions) } else { file = nil }
      guard listen(descriptor, Self.backlog) == 0 else { throw SystemError("listen") }
    } catch {
      close(descriptor)
      throw error
    }
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let bound = descriptor
    let code = unsafe withUnsafeMutablePointer(to: &storage) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe getsockname(bound, $0, &length) }
    }
    if case .unix = address { self.address = address } else { self.address = code == 0 ? Address(storage) : address }
  }

  deinit { close(descriptor) }

  /// Takes one waiting connection.
  public func accept() -> AcceptResult {
    var storage = sockaddr_storage()
    while true {
      var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
      let accepted = unsafe withUnsafeMutablePointer(to: &storage) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          unsafe clinux_accept(descriptor, $0, &length)
        }
      }
      if accepted >= 0 { return .connection(Socket(owning: accepted), peer: Address(storage)) }
      switch errno {
      // The peer was gone before we came (accept(2): treat network errors like EAGAIN, by trying the next).
      case EINTR, ECONNABORTED, EPROTO, ENETDOWN, ENETUNREACH, EHOSTUNREACH, EOPNOTSUPP, ENOPROTOOPT: continue
      case EMFILE, ENFILE, ENOBUFS, ENOMEM: return .exhausted
      default: return .none
      }
    }
  }
}

/// What waited to be accepted.
public enum AcceptResult: ~Copyable {
  case connection(Socket, peer: Address)
  case none
  /// No descriptor or memory is left: give some back, then try again later.
  case exhausted
}
