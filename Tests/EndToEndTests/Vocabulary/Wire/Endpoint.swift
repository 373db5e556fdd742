import Glibc

/// Where someone listens: a port of 127.0.0.1, or a path.
enum Endpoint: Hashable, Sendable, CustomStringConvertible {
  case port(UInt16)
  case path(String)

  /// As a configuration has it.
  var description: String {
    switch self {
    case .port(let port): "127.0.0.1:\(port)"
    case .path(let path): "unix:\(path)"
    }
  }

  init?(_ text: some StringProtocol) {
    if text.hasPrefix("unix:") {
      self = .path(String(text.dropFirst(5)))
    } else if let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) {
      self = .port(port)
    } else {
      return nil
    }
  }

  /// A socket of the right family.
  func makeSocket() throws -> Descriptor {
    let family = if case .port = self { AF_INET } else { AF_UNIX }
    let socket = try Descriptor(socket(family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0), "socket")
    if family == AF_INET { try socket.set(TCP_NODELAY, of: Int32(IPPROTO_TCP)) }
    return socket
  }

  /// Calls `connect` or `bind` with this address.
  func with(_ socket: Descriptor, _ call: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
    switch self {
    case .port(let port):
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_port = port.bigEndian
      address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
      return unsafe pass(address, to: socket, call)
    case .path(let path):
      var address = sockaddr_un()
      address.sun_family = sa_family_t(AF_UNIX)
      unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
      return unsafe pass(address, to: socket, call)
    }
  }

  private func pass<Address>(
    _ address: Address, to socket: Descriptor, _ call: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) -> Int32 {
    unsafe withUnsafePointer(to: address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe call(socket.number, $0, socklen_t(MemoryLayout<Address>.size))
      }
    }
  }

  func connect(by deadline: Deadline = .patient) throws -> Descriptor {
    let socket = try makeSocket()
    if unsafe with(socket, { unsafe Glibc.connect($0, $1, $2) }) == 0 { return socket }
    guard errno == EINPROGRESS || errno == EAGAIN, socket.isWritable(by: deadline) else {
      throw Unmet("\(self) refuses a connection: errno \(errno)")
    }
    let error = try socket.error()
    guard error == 0 else { throw Unmet("\(self) refuses a connection: errno \(error)") }
    return socket
  }

  /// A listening socket, and where it listens: port 0 becomes the one that the kernel gave.
  func listen(backlog: Int32 = 1024) throws -> (Descriptor, Endpoint) {
    let socket = try makeSocket()
    try socket.set(SO_REUSEADDR, of: SOL_SOCKET)
    guard unsafe with(socket, { unsafe bind($0, $1, $2) }) == 0, Glibc.listen(socket.number, backlog) == 0 else {
      throw Unmet("\(self) cannot be listened to: errno \(errno)")
    }
    guard case .port = self else { return (socket, self) }
    var address = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe getsockname(socket.number, $0, &length)
      }
    }
    guard result == 0 else { throw Unmet("getsockname: errno \(errno)") }
    return (socket, .port(UInt16(bigEndian: address.sin_port)))
  }
}

extension Descriptor {
  func set(_ option: Int32, of level: Int32, to value: Int32 = 1) throws {
    var value = value
    guard unsafe setsockopt(number, level, option, &value, socklen_t(MemoryLayout<Int32>.size)) == 0 else {
      throw Unmet("setsockopt \(option): errno \(errno)")
    }
  }

  /// The socket's pending error, 0 for none.
  func error() throws -> Int32 {
    var value = Int32(0)
    var length = socklen_t(MemoryLayout<Int32>.size)
    guard unsafe getsockopt(number, SOL_SOCKET, SO_ERROR, &value, &length) == 0 else { throw Unmet("getsockopt") }
    return value
  }

  /// The next connection that waits to be accepted.
  func accept(by deadline: Deadline) throws -> Descriptor? {
    while true {
      let accepted = Glibc.accept(number, nil, nil)
      if accepted >= 0 { return try Descriptor(accepted, "accept") }
      guard errno == EAGAIN || errno == EINTR || errno == ECONNABORTED, isReadable(by: deadline) else { return nil }
    }
  }
}
