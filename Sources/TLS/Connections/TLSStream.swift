import Bytes
import COpenSSL
import EventLoop
import Glibc

/// The TLS of one connection: between the session's octets and ciphertext that goes through at most two pooled buffers,
/// each held only while there is something in it. One `recv` and one `send` a call wherever the octets allow it.
@safe struct TLSStream: ~Copyable {
  enum State { case shaking, open, failed }

  // Proof: owned by this value alone, made by `init`, freed in `deinit`.
  let ssl: OpaquePointer
  /// Retained for OpenSSL's callbacks, with its library, whose window the BIO looks through.
  let peer: TLSPeer
  var state = State.shaking
  /// Received and not yet decrypted.
  var received: Buffer?
  /// Encrypted and not yet with the kernel.
  var pending: Buffer?
  /// Why the connection failed, once it has.
  private(set) var failure: TLSFailure?
  private var hasEnded = false
  /// Whether the peer said that it sends no more (`close_notify`, RFC 8446 §6.1), once its end was read.
  private(set) var endedCleanly = false
  private(set) var hasClosed = false

  /// - Parameter ssl: `nil` where OpenSSL has no memory for it; else it goes over.
  init(_ ssl: OpaquePointer?, with peer: TLSPeer) throws(TLSError) {
    guard let ssl = unsafe ssl else { throw TLSError("make a connection") }
    guard let bio = unsafe CipherBIO.make(over: peer.library.window) else {
      unsafe SSL_free(ssl)
      throw TLSError("make a connection")
    }
    unsafe SSL_set_bio(ssl, bio, bio)
    unsafe self.ssl = ssl
    self.peer = peer
  }

  deinit {
    // Without these flags OpenSSL takes the session of a connection that was cut for spoilt (RFC 2246 §7.2.1; since TLS
    // 1.1 it is not), and we could not resume it.
    if peer.isServer { unsafe SSL_set_shutdown(ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN) }
    unsafe SSL_free(ssl)
  }

  var hasPending: Bool {
    switch pending {
    case .some(let buffer): !buffer.isEmpty
    case .none: false
    }
  }

  var pendingOctets: Int {
    switch pending {
    case .some(let buffer): buffer.count
    case .none: 0
    }
  }

  mutating func fail(_ failure: TLSFailure) {
    state = .failed
    if self.failure == nil { self.failure = failure }
  }

  // MARK: Reading

  /// So many `recv` without an octet of plaintext are a turn: what comes then is for the next.
  private static let readLimit = 4

  mutating func read(over socket: borrowing Socket, into buffer: inout Buffer, in buffers: BufferPool) -> ReadResult {
    guard state == .open else { return .failed(state == .shaking ? ENOTCONN : EPROTO) }
    guard !hasEnded else { return .end }
    guard buffer.room > 0 else { return .octets(0, drained: false) }
    // Bulk comes into large buffers: then one `recv` brings several records.
    var input = received.take() ?? buffers.take(buffer.capacity > BufferSize.small.rawValue ? .large : .small)
    var output = pending.take() ?? buffers.take(.small)
    let held = output.count
    let result = decrypt(from: socket, &input, into: &buffer, &output)
    // OpenSSL's own: an alert, the answer to a key update.
    if output.count > held { _ = send(&output, over: socket) }
    keep(input, output, in: buffers)
    return result
  }

  private mutating func decrypt(
    from socket: borrowing Socket, _ input: inout Buffer, into buffer: inout Buffer, _ output: inout Buffer
  ) -> ReadResult {
    var isDrained = false
    for _ in 0..<Self.readLimit {
      if isExhausted(input) {
        guard !isDrained else { return .wouldBlock }
        switch socket.read(into: &input) {
        case .octets(_, let drained): isDrained = drained
        case .wouldBlock: return .wouldBlock
        case .end:
          hasEnded = true
          return .end
        case .failed(let code):
          fail(.socket(code))
          return .failed(code)
        }
      }
      let before = buffer.count
      var step = Step.octets(0)
      while buffer.room > 0 {
        step = decryptRecord(&input, into: &buffer, &output)
        guard case .octets = step, !isExhausted(input) else { break }
      }
      if step == .failed { end() }
      let octets = buffer.count - before
      if octets > 0 {
        // Only this call's `recv` says that nothing is left: an event may have come since an earlier one.
        return .octets(octets, drained: isDrained && isExhausted(input) && !hasEnded && state == .open)
      }
      if hasEnded { return .end }
      if state == .failed { return .failed(EPROTO) }
      if step == .blocked { return .wouldBlock }
    }
    return .octets(0, drained: false)
  }

  /// Nothing to be read without the socket.
  private func isExhausted(_ input: borrowing Buffer) -> Bool { unsafe input.isEmpty && SSL_pending(ssl) == 0 }

  private func decryptRecord(_ input: inout Buffer, into buffer: inout Buffer, _ output: inout Buffer) -> Step {
    var step = Step.failed
    // Proof: OpenSSL writes at most the room that the buffer lends.
    unsafe buffer.fill { target, room in
      step = unsafe self.step(&input, &output) { ssl, octets in unsafe SSL_read_ex(ssl, target, room, &octets) }
      return if case .octets(let octets) = step { octets } else { 0 }
    }
    return step
  }

  /// After a read that neither brought nor wanted octets.
  private mutating func end() {
    if unsafe SSL_get_error(ssl, 0) == SSL_ERROR_ZERO_RETURN {
      (hasEnded, endedCleanly) = (true, true)
      ErrorQueue.clear()
    } else {
      fail(.takeFromQueue())
    }
  }

  // MARK: Writing

  /// Octets a turn (the design's share of one connection).
  static let writeLimit = 262_144
  static let recordLimit = 16_384
  /// What a record is larger than its octets by: 22 in TLS 1.3, 29 in 1.2; and something to spare.
  static let recordOverhead = 64
  /// Less room than this is not worth a record.
  static let leastRoom = 1_024

  mutating func write(
    over socket: borrowing Socket, _ head: inout Buffer, _ slices: borrowing Slices, in buffers: BufferPool
  ) -> WriteResult {
    guard state == .open, !hasClosed else { return .failed(EPIPE) }
    if hasPending {
      let sent = flush(over: socket)
      guard case .octets = sent else { return sent }
    }
    releaseBuffers(to: buffers, isOver: false)
    let total = head.count + slices.octets
    guard total > 0 else { return .octets(0) }
    let fitsSmall = total <= BufferSize.small.rawValue - Self.recordOverhead
    var output = buffers.take(fitsSmall ? .small : .large)
    var scratch = buffers.take(.small)
    let result = encrypt(&head, slices, through: &scratch, &output, to: socket)
    buffers.give(scratch)
    if output.isEmpty { buffers.give(output) } else { pending = consume output }
    return result
  }

  private mutating func encrypt(
    _ head: inout Buffer, _ slices: borrowing Slices, through scratch: inout Buffer, _ output: inout Buffer,
    to socket: borrowing Socket
  ) -> WriteResult {
    let total = Swift.min(head.count + slices.octets, Self.writeLimit)
    var cursor = SliceCursor()
    var taken = 0
    while taken < total {
      while taken < total, output.room >= Self.leastRoom {
        let limit = Swift.min(Self.recordLimit, output.room - Self.recordOverhead)
        let step = encryptRecord(of: limit, head, slices, cursor, through: &scratch, &output)
        guard case .octets(let octets) = step, octets > 0 else {
          guard step == .failed else { return taken > 0 ? .octets(taken) : .wouldBlock }
          fail(.takeFromQueue())
          return .failed(EPROTO)
        }
        taken += octets
        let ofHead = Swift.min(octets, head.count)
        head.consume(ofHead)
        cursor.advance(by: octets - ofHead, in: slices)
      }
      switch send(&output, over: socket) {
      case .octets: continue
      case .wouldBlock: return .octets(taken)
      case .failed(let code):
        fail(.socket(code))
        return .failed(code)
      }
    }
    return .octets(taken)
  }

  /// One record of up to `limit` octets: from where they lie if they lie together, else gathered in `scratch`.
  private func encryptRecord(
    of limit: Int, _ head: borrowing Buffer, _ slices: borrowing Slices, _ cursor: SliceCursor,
    through scratch: inout Buffer, _ output: inout Buffer
  ) -> Step {
    let afterHead = slices.octets - cursor.passed
    if head.count >= limit || afterHead == 0 { return encrypt(head.readable, atMost: limit, into: &output) }
    if head.isEmpty, let slice = cursor.rest(in: slices), slice.count >= limit || slice.count == afterHead {
      return slice.withSpan { encrypt($0, atMost: limit, into: &output) }
    }
    scratch.clear()
    scratch.append(head.readable)
    var ahead = cursor
    while scratch.count < limit, let slice = ahead.rest(in: slices) {
      let part = slice.prefix(limit - scratch.count)
      part.withSpan { _ = scratch.append($0) }
      ahead.advance(by: part.count, in: slices)
    }
    return encrypt(scratch.readable, atMost: limit, into: &output)
  }

  func encrypt(_ octets: Span<UInt8>, atMost limit: Int, into output: inout Buffer) -> Step {
    // Proof: OpenSSL reads as many octets as the span has, while it is borrowed.
    unsafe octets.withUnsafeBytes { raw in
      let count = Swift.min(raw.count, limit)
      return unsafe step(&output) { ssl, written in unsafe SSL_write_ex(ssl, raw.baseAddress, count, &written) }
    }
  }

  /// Sends what is encrypted. `octets` when all of it is with the kernel, `wouldBlock` when some is left.
  mutating func flush(over socket: borrowing Socket) -> WriteResult {
    guard var output = pending.take() else { return .octets(0) }
    let result = send(&output, over: socket)
    pending = consume output
    if case .failed(let code) = result { fail(.socket(code)) }
    return result
  }

  func send(_ output: inout Buffer, over socket: borrowing Socket) -> WriteResult {
    guard !output.isEmpty else { return .octets(0) }
    let result = socket.write(output.readable)
    guard case .octets(let octets) = result else { return result }
    output.consume(octets)
    // A short send: the kernel has no room, and will say when it has.
    return output.isEmpty ? result : .wouldBlock
  }

  // MARK: Ending

  /// There will be no `close_notify`, whoever asks for one.
  mutating func abort() { hasClosed = true }

  /// Says that nothing more will be written (`close_notify`), if the kernel takes it at once. Reading goes on.
  mutating func close(over socket: borrowing Socket) {
    guard state == .open, !hasClosed else { return }
    hasClosed = true
    if hasPending, flush(over: socket) == .wouldBlock { return }
    // Proof: the window is closed before the memory goes; an alert is a record of at most 64 octets.
    unsafe withUnsafeTemporaryAllocation(byteCount: 256, alignment: 1) { memory in
      let window = unsafe peer.library.window
      unsafe window.pointee.open(input: nil, count: 0, output: memory.baseAddress, room: memory.count)
      unsafe _ = SSL_shutdown(ssl)
      unsafe window.pointee.close()
      let alert = unsafe Span<UInt8>(
        _unsafeElements: UnsafeBufferPointer(
          start: memory.baseAddress?.assumingMemoryBound(to: UInt8.self), count: window.pointee.written))
      _ = socket.write(alert)
    }
    ErrorQueue.clear()
  }

  /// Gives back what is empty; and everything when the connection is at its end.
  mutating func releaseBuffers(to buffers: BufferPool, isOver: Bool) {
    if let buffer = received.take() {
      if isOver || buffer.isEmpty { buffers.give(buffer) } else { received = consume buffer }
    }
    if let buffer = pending.take() {
      if isOver || buffer.isEmpty { buffers.give(buffer) } else { pending = consume buffer }
    }
  }

  mutating func keep(_ input: consuming Buffer, _ output: consuming Buffer, in buffers: BufferPool) {
    if input.isEmpty { buffers.give(input) } else { received = consume input }
    if output.isEmpty { buffers.give(output) } else { pending = consume output }
  }

  // MARK: Calling OpenSSL

  enum Step: Equatable {
    /// It did what it was asked to, with so many octets.
    case octets(Int)
    /// It wants more ciphertext than there was.
    case starved
    /// It has more ciphertext than there was room for.
    case blocked
    case failed
  }

  /// One call with the window open on both buffers. `SSL_get_error` is not asked: the window knows.
  func step(
    _ input: inout Buffer, _ output: inout Buffer, _ call: (OpaquePointer, inout Int) -> Int32
  ) -> Step {
    let window = unsafe peer.library.window
    var octets = 0
    var code: Int32 = 0
    // Proof: both buffers are held exclusively until the window is closed again.
    unsafe output.fill { target, room in
      unsafe input.readable.withUnsafeBytes { raw in
        unsafe window.pointee.open(input: raw.baseAddress, count: raw.count, output: target, room: room)
        code = unsafe call(ssl, &octets)
        unsafe window.pointee.close()
      }
      return unsafe window.pointee.written
    }
    unsafe input.consume(window.pointee.taken)
    return outcome(code, octets)
  }

  private func step(_ output: inout Buffer, _ call: (OpaquePointer, inout Int) -> Int32) -> Step {
    let window = unsafe peer.library.window
    var octets = 0
    var code: Int32 = 0
    // Proof: as above, with nothing to take.
    unsafe output.fill { target, room in
      unsafe window.pointee.open(input: nil, count: 0, output: target, room: room)
      code = unsafe call(ssl, &octets)
      unsafe window.pointee.close()
      return unsafe window.pointee.written
    }
    return outcome(code, octets)
  }

  private func outcome(_ code: Int32, _ octets: Int) -> Step {
    if code == 1 { return .octets(octets) }
    let window = unsafe peer.library.window
    if unsafe window.pointee.isStarved { return .starved }
    return unsafe window.pointee.isBlocked ? .blocked : .failed
  }
}
