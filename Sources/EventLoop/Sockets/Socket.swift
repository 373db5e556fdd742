import Bytes
import CLinux
import Glibc

/// A connected stream socket, non-blocking. Closed once: by `close`, or when its owner lets go of it.
public struct Socket: ~Copyable {
  /// -1 once it is closed: every call fails from then on.
  public private(set) var descriptor: Int32

  /// Takes over a descriptor that is non-blocking already.
  public init(owning descriptor: Int32) { self.descriptor = descriptor }

  deinit { if descriptor >= 0 { Glibc.close(descriptor) } }

  /// Ends the connection in both directions now.
  public mutating func close() {
    guard descriptor >= 0 else { return }
    Glibc.close(descriptor)
    descriptor = -1
  }

  /// Begins to connect; the loop says when the socket is writable, `connectionError` what came of it.
  public static func connect(to address: Address) throws(SystemError) -> Socket {
    guard address.isWhole else { throw SystemError("connect", code: ENAMETOOLONG) }
    let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    let descriptor = Glibc.socket(address.family, kind, 0)
    guard descriptor >= 0 else { throw SystemError("socket") }
    let socket = Socket(owning: descriptor)
    if address.family != AF_UNIX { socket.sendAtOnce() }
    let code = unsafe address.withSockAddr { unsafe Glibc.connect(descriptor, $0, $1) }
    guard code == 0 || errno == EINPROGRESS else { throw SystemError("connect") }
    return socket
  }

  /// Reads once into the buffer's free room.
  public borrowing func read(into buffer: inout Buffer) -> ReadResult {
    let room = buffer.room
    guard room > 0 else { return .octets(0, drained: false) }
    var received = 0
    // Proof: `recv` writes at most the room that the buffer lends.
    unsafe buffer.fill { address, count in
      repeat { received = unsafe recv(descriptor, address, count, 0) } while received < 0 && errno == EINTR
      return received
    }
    if received > 0 { return .octets(received, drained: received < room) }
    if received == 0 { return .end }
    return errno == EAGAIN ? .wouldBlock : .failed(errno)
  }

  /// Writes the buffer and the slices after it with one system call. The caller drops what was taken.
  public borrowing func write(_ head: borrowing Buffer, _ slices: borrowing Slices) -> WriteResult {
    guard slices.octets > 0 else { return write(head.readable) }
    var written = 0
    // Proof: the buffer is borrowed and the slices hold their chunks until the call has returned.
    unsafe slices.withVectors(behind: head.readable) { vectors, count in
      guard count > 0 else { return }
      repeat { written = unsafe writev(descriptor, vectors, Int32(count)) } while written < 0 && errno == EINTR
    }
    if written >= 0 { return .octets(written) }
    return errno == EAGAIN ? .wouldBlock : .failed(errno)
  }

  /// Writes octets with one system call.
  public borrowing func write(_ octets: Span<UInt8>) -> WriteResult {
    guard !octets.isEmpty else { return .octets(0) }
    var written = 0
    repeat {
      written = unsafe octets.withUnsafeBytes { unsafe send(descriptor, $0.baseAddress, $0.count, noSignal) }
    } while written < 0 && errno == EINTR
    if written >= 0 { return .octets(written) }
    return errno == EAGAIN ? .wouldBlock : .failed(errno)
  }

  /// Says that no more will be written.
  public borrowing func finishWriting() { _ = shutdown(descriptor, Int32(SHUT_WR)) }

  /// The close will be a reset, so that nobody takes for whole what is not (and unread octets cost no more).
  public borrowing func resetOnClose() {
    set(SOL_SOCKET, SO_LINGER, linger(l_onoff: 1, l_linger: 0))
  }

  /// After the loop said that a connecting socket is ready: `nil` if it is connected.
  public borrowing func connectionError() -> SystemError? {
    var code: Int32 = 0
    var length = socklen_t(MemoryLayout<Int32>.size)
    guard unsafe getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length) == 0 else {
      return SystemError("getsockopt")
    }
    return code == 0 ? nil : SystemError("connect", code: code)
  }

  /// Whether octets, an end or an error wait to be read; asked of a pooled connection before it is used again.
  public borrowing func hasNews() -> Bool {
    var octet: UInt8 = 0
    return unsafe recv(descriptor, &octet, 1, Int32(MSG_PEEK | MSG_DONTWAIT)) >= 0 || errno != EAGAIN
  }

  /// No waiting for more to fill a segment (TCP_NODELAY).
  borrowing func sendAtOnce() { set(Int32(IPPROTO_TCP), TCP_NODELAY, Int32(1)) }

  private borrowing func set<Value>(_ level: Int32, _ option: Int32, _ value: Value) {
    unsafe withUnsafeBytes(of: value) {
      unsafe _ = setsockopt(descriptor, level, option, $0.baseAddress, socklen_t($0.count))
    }
  }
}

/// A broken pipe is an error of the call, not a signal.
private let noSignal = Int32(MSG_NOSIGNAL)

/// What one read brought.
public enum ReadResult: Equatable {
  /// So many were added to the buffer; after a short read nothing is left in the kernel (but for an end of input,
  /// which the loop reports).
  case octets(Int, drained: Bool)
  case wouldBlock
  /// The peer sends no more.
  case end
  /// `errno`.
  case failed(Int32)
}

/// What one write took.
public enum WriteResult: Equatable {
  case octets(Int)
  case wouldBlock
  /// `errno`.
  case failed(Int32)
}
