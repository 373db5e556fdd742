import COpenSSL

/// What OpenSSL sees of a connection's ciphertext for the length of one call: octets to take, room to fill. It is lent
/// by the connection whose call is under way, so one window serves all connections of a thread, and BIOs own nothing.
@unsafe struct CipherWindow {
  private var input: UnsafeRawPointer?
  private var inputCount = 0
  private var output: UnsafeMutableRawPointer?
  private var outputRoom = 0
  /// Octets of the input that OpenSSL took.
  private(set) var taken = 0
  /// Octets of the output that OpenSSL wrote.
  private(set) var written = 0
  /// OpenSSL asked for octets when there were none left.
  private(set) var isStarved = false
  /// OpenSSL had octets for which there was no room left.
  private(set) var isBlocked = false

  /// Opens the window. Whoever opens it closes it before the memory goes away.
  mutating func open(
    input: UnsafeRawPointer?, count: Int, output: UnsafeMutableRawPointer?, room: Int
  ) {
    unsafe (self.input, inputCount) = unsafe (input, count)
    unsafe (self.output, outputRoom) = unsafe (output, room)
    unsafe (taken, written, isStarved, isBlocked) = (0, 0, false, false)
  }

  /// Forgets the memory; what was counted stays to be read.
  mutating func close() {
    unsafe (input, inputCount, output, outputRoom) = unsafe (nil, taken, nil, written)
  }

  /// Moves up to `limit` octets to `target`; 0 when there are none left.
  mutating func take(into target: UnsafeMutableRawPointer, limit: Int) -> Int {
    let count = unsafe min(limit, inputCount - taken)
    guard count > 0, let input = unsafe input else {
      unsafe isStarved = true
      return 0
    }
    // Proof: `count` is bounded by what OpenSSL lends and by what is left of the input.
    unsafe target.copyMemory(from: input + taken, byteCount: count)
    unsafe taken += count
    return count
  }

  /// Moves up to `count` octets from `source`; 0 when there is no room left.
  mutating func put(from source: UnsafeRawPointer, count: Int) -> Int {
    let count = unsafe min(count, outputRoom - written)
    guard count > 0, let output = unsafe output else {
      unsafe isBlocked = true
      return 0
    }
    // Proof: `count` is bounded by what OpenSSL gives and by the room that is left.
    unsafe (output + written).copyMemory(from: source, byteCount: count)
    unsafe written += count
    return count
  }
}

/// The BIO between OpenSSL and the window. Sending and receiving are not its business, so that kernel TLS can later
/// take over a connection without it.
enum CipherBIO {
  // Proof: written once, before the first use, and never changed; OpenSSL reads it.
  private nonisolated(unsafe) static let method: OpaquePointer? = unsafe makeMethod()

  /// A BIO for one connection. It goes over to the SSL object that it is set on.
  @unsafe static func make(over window: UnsafeMutablePointer<CipherWindow>) -> OpaquePointer? {
    guard let method = unsafe method, let bio = unsafe BIO_new(method) else { return nil }
    unsafe BIO_set_data(bio, window)
    unsafe BIO_set_init(bio, 1)
    return unsafe bio
  }

  private static func makeMethod() -> OpaquePointer? {
    let kind = BIO_get_new_index() | BIO_TYPE_SOURCE_SINK
    guard let method = unsafe BIO_meth_new(kind, "window") else { return nil }
    // Proof for the three callbacks: `BIO_get_data` is the window of the library that the connection retains; no other
    // access to it is under way, because the connection touches it only before and after the call.
    unsafe BIO_meth_set_read_ex(method) { bio, target, limit, count in
      guard let bio = unsafe bio, let target = unsafe target, let count = unsafe count,
        let data = unsafe BIO_get_data(bio)
      else { return 0 }
      let window = unsafe data.assumingMemoryBound(to: CipherWindow.self)
      unsafe copenssl_clear_retry(bio)
      unsafe count.pointee = unsafe window.pointee.take(into: target, limit: limit)
      if unsafe count.pointee > 0 { return 1 }
      unsafe copenssl_retry_read(bio)
      return 0
    }
    unsafe BIO_meth_set_write_ex(method) { bio, source, total, count in
      guard let bio = unsafe bio, let source = unsafe source, let count = unsafe count,
        let data = unsafe BIO_get_data(bio)
      else { return 0 }
      let window = unsafe data.assumingMemoryBound(to: CipherWindow.self)
      unsafe copenssl_clear_retry(bio)
      unsafe count.pointee = unsafe window.pointee.put(from: source, count: total)
      if unsafe count.pointee > 0 { return 1 }
      unsafe copenssl_retry_write(bio)
      return 0
    }
    unsafe BIO_meth_set_ctrl(method) { _, command, _, _ in
      // Flushing is always done: the connection sends. All else (kernel TLS among it) is not offered.
      command == BIO_CTRL_FLUSH ? 1 : 0
    }
    return unsafe method
  }
}
