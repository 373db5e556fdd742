import Bytes
import HTTP

/// A request on its way to an origin: its head, and its body in the framing that the head says (RFC 9112 §6 and §7.1).
/// Sans I/O: it fills a buffer that its connection empties into the socket, and holds none when there is nothing to
/// send.
struct RequestOutput: ~Copyable {
  /// Room for the framing of one chunk: its line, the end behind it, and the last chunk.
  private static let chunkFraming = HTTP1Writer.chunkHeadLimit + 2 + 5

  private var buffer = Buffer()
  private var framing = BodyFraming.none
  /// Octets of a declared length that have not come; of chunks 1 until the last one was written.
  private var missing: UInt64 = 0
  /// No more of it will come.
  private(set) var isWhole = true

  /// Octets that wait for the socket.
  var count: Int { buffer.count }
  var isEmpty: Bool { buffer.isEmpty }
  var readable: Span<UInt8> {
    @_lifetime(borrow self) get { buffer.readable }
  }

  /// Whether all of it was given to the socket, and it was as long as its head said: the next request may follow.
  var isSent: Bool { isWhole && buffer.isEmpty && missing == 0 }

  /// Writes the head.
  ///
  /// - Throws: nothing was written.
  mutating func begin(_ request: borrowing OriginRequest, from buffers: BufferPool) throws(WriteError) {
    framing = request.framing
    isWhole = request.framing.isEmpty
    switch request.framing {
    case .length(let octets): missing = octets
    case .chunked: missing = 1
    case .none, .untilClose: missing = 0
    }
    buffers.supply(&buffer, request.headOctets <= BufferSize.small.rawValue ? .small : .large)
    try HTTP1Writer.request(
      method: request.methodName, target: request.target, host: request.authority, fields: request.fields,
      framing: request.framing, close: false, into: &buffer)
  }

  /// Octets of the body that it takes now; never more than the head has declared.
  var room: Int {
    guard !isWhole else { return 0 }
    let free = (buffer.capacity == 0 ? BufferSize.large.rawValue : buffer.capacity) - buffer.count
    let room = Swift.max(0, free - Self.chunkFraming)
    return framing == .chunked ? room : Swift.min(room, Int(clamping: missing))
  }

  /// Up to `room` octets of the body; `false`, and nothing taken, where there are more.
  @discardableResult mutating func append(_ octets: Span<UInt8>, from buffers: BufferPool) -> Bool {
    guard !octets.isEmpty else { return true }
    guard octets.count <= room else { return false }
    buffers.supply(&buffer, .large)
    buffer.compact()
    guard framing == .chunked else {
      missing -= UInt64(octets.count)
      buffer.append(octets)
      return true
    }
    // There is room: `room` leaves it.
    do throws(WriteError) { try HTTP1Writer.chunkHead(octets.count, into: &buffer) } catch { return false }
    buffer.append(octets)
    buffer.append(HTTP1Writer.chunkTail)
    return true
  }

  /// The body is whole. One that is shorter than its head says is never `isSent`.
  mutating func finish(from buffers: BufferPool) {
    guard !isWhole else { return }
    isWhole = true
    guard framing == .chunked else { return }
    buffers.supply(&buffer, .small)
    buffer.compact()
    if buffer.append(HTTP1Writer.lastChunk) { missing = 0 }
  }

  /// So many octets were taken by the socket.
  mutating func consume(_ octets: Int, to buffers: BufferPool) {
    buffer.consume(octets)
    if buffer.isEmpty { buffers.reclaim(&buffer) }
  }

  /// Drops what was not sent: it will never be `isSent`.
  mutating func clear(to buffers: BufferPool) {
    missing = .max
    buffers.reclaim(&buffer)
  }
}
