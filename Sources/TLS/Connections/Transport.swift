import Bytes
import EventLoop

/// A connection as its session sees it: octets that are read and written, in cleartext or through TLS. One owner, on
/// one thread. It holds pooled buffers only while there is ciphertext in them.
///
/// Readiness of the socket is the owner's to remember. After `handshake` is done, `read` is to be called whether or not
/// the socket is readable: the first octets may be here already. While `hasPending`, `flush` is to be called when the
/// socket is writable.
public struct Transport: ~Copyable {
  private var socket: Socket
  private var tls: TLSStream?
  private var isOver = false

  public init(plain socket: consuming Socket) {
    self.socket = socket
    tls = nil
  }

  /// The socket is closed where OpenSSL has no memory for the connection.
  public init(_ socket: consuming Socket, server context: TLSContext) throws(TLSError) {
    tls = try TLSStream(server: context)
    self.socket = socket
  }

  /// To a server, with what its certificate is held to. The socket may still be connecting; it is closed where OpenSSL
  /// has no memory for the connection.
  public init(_ socket: consuming Socket, client server: KnownServer) throws(TLSError) {
    tls = try TLSStream(client: server)
    self.socket = socket
  }

  /// For the loop's registration.
  public var descriptor: Int32 { socket.descriptor }

  public var isTLS: Bool { tls != nil }

  /// Goes on with the handshake; in cleartext there is none, and it is done.
  public mutating func handshake(in buffers: BufferPool) -> HandshakeResult {
    tls?.handshake(over: socket, in: buffers) ?? .done(nil)
  }

  /// Reads once from the socket at most, where that brings anything, and adds what it says to the buffer's free room.
  ///
  /// After `drained: true` neither the kernel nor the transport holds an octet; after `false` call again. `.end` is the
  /// peer's end of sending: `endedCleanly` tells whether a cut is ruled out. After `.failed`, `failure` may say more.
  public mutating func read(into buffer: inout Buffer, buffers: BufferPool) -> ReadResult {
    tls?.read(over: socket, into: &buffer, in: buffers) ?? socket.read(into: &buffer)
  }

  /// Writes the head and the slices after it, at most 256 KiB of them over TLS.
  ///
  /// - Returns: `octets` of both together that were taken: those of the head are dropped from it, the slices' are the
  ///   caller's to drop. They may still be `pending` here; while they are, nothing more is taken (`wouldBlock`).
  public mutating func write(_ head: inout Buffer, _ slices: borrowing Slices, buffers: BufferPool) -> WriteResult {
    if let result = tls?.write(over: socket, &head, slices, in: buffers) { return result }
    let result = socket.write(head, slices)
    if case .octets(let octets) = result { head.consume(octets) }
    return result
  }

  /// Writes octets that lie together, at most 256 KiB of them over TLS. Returns as the other `write` does; the caller
  /// drops what was taken.
  public mutating func write(_ octets: Span<UInt8>, buffers: BufferPool) -> WriteResult {
    tls?.write(over: socket, octets, in: buffers) ?? socket.write(octets)
  }

  /// Ciphertext that the kernel has not taken yet.
  public var hasPending: Bool {
    switch tls {
    case .some(let stream): stream.hasPending
    case .none: false
    }
  }

  /// How much of it there is.
  public var pendingOctets: Int {
    switch tls {
    case .some(let stream): stream.pendingOctets
    case .none: 0
    }
  }

  /// Sends it. `octets` when nothing is pending any more, `wouldBlock` when some is left.
  public mutating func flush() -> WriteResult { tls?.flush(over: socket) ?? .octets(0) }

  /// Ends in order: says so to the peer (`close_notify`), as far as the kernel takes it at once, and after what is
  /// pending. Reading goes on; the socket is closed with the transport.
  public mutating func close() {
    isOver = true
    tls?.close(over: socket)
  }

  /// As `close`, and says it to the peer's TCP too: what is left is to read until its end (a lingering close). To be
  /// called when nothing is pending.
  public mutating func finishWriting() {
    close()
    socket.finishWriting()
  }

  /// Ends so that the peer takes nothing for whole: no `close_notify`, not even by a `close` that follows, and a reset
  /// with the transport's end.
  public mutating func abort() {
    isOver = true
    tls?.abort()
    socket.resetOnClose()
  }

  /// Gives back the buffers that are empty; after `close`, `finishWriting` or `abort` all of them. To be called when
  /// the connection falls idle and before it is dropped.
  public mutating func releaseBuffers(to buffers: BufferPool) {
    tls?.releaseBuffers(to: buffers, isOver: isOver)
  }

  /// Closes the socket now, and gives all buffers back. Without a `close` before it the peer cannot take for whole what
  /// only an end would make so.
  public mutating func disconnect(to buffers: BufferPool) {
    isOver = true
    tls?.abort()
    releaseBuffers(to: buffers)
    socket.close()
  }

  /// After the loop said that a connecting socket is ready: `nil` if it is connected.
  public var connectionError: SystemError? { socket.connectionError() }

  /// Whether octets, an end or an error wait in the kernel. Over TLS they may be nothing to the session: a ticket, say.
  public var hasNews: Bool { socket.hasNews() }

  /// Whether the peer's end, once read, cannot have been made by someone who cut the connection. Without TLS nobody
  /// can tell: it counts as clean.
  public var endedCleanly: Bool {
    switch tls {
    case .some(let stream): stream.endedCleanly
    case .none: true
    }
  }

  /// Why TLS failed, once it has.
  public var failure: TLSFailure? {
    switch tls {
    case .some(let stream): stream.failure
    case .none: nil
    }
  }
}
