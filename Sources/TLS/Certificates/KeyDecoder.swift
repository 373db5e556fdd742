import COpenSSL

/// Reads private keys of any kind from PEM. OpenSSL collects what it could decode a key with anew for each (350 µs);
/// here that is done once, and a key costs 20. One thread.
@safe final class KeyDecoder {
  // Proof: made in `init`, freed in `deinit`; OpenSSL writes through `target` and `wasAsked` while `read` runs alone.
  private let context: OpaquePointer
  private let target: UnsafeMutablePointer<OpaquePointer?>
  private let asked: UnsafeMutablePointer<Bool>

  /// - Parameter library: an `OSSL_LIB_CTX *` that outlives the decoder; `nil` is the default one.
  /// - Returns: `nil` where OpenSSL has no memory.
  @unsafe init?(in library: OpaquePointer?) {
    unsafe target = .allocate(capacity: 1)
    unsafe target.initialize(to: nil)
    unsafe asked = .allocate(capacity: 1)
    unsafe asked.initialize(to: false)
    guard let context = unsafe copenssl_new_key_decoder(target, library) else {
      unsafe target.deallocate()
      unsafe asked.deallocate()
      return nil
    }
    unsafe self.context = context
    // Without a callback OpenSSL would ask the terminal for the pass phrase.
    unsafe _ = OSSL_DECODER_CTX_set_pem_password_cb(
      context,
      { _, _, _, asked in
        if let asked = unsafe asked { unsafe asked.assumingMemoryBound(to: Bool.self).pointee = true }
        return -1
      }, asked)
  }

  deinit {
    unsafe OSSL_DECODER_CTX_free(context)
    unsafe target.deallocate()
    unsafe asked.deallocate()
  }

  /// Whether the last key wanted a pass phrase.
  var wantedPhrase: Bool { unsafe asked.pointee }

  /// The first private key in a PEM file, which the caller owns; `nil`, and the reason in the error queue, where there
  /// is none.
  @unsafe func read(_ pem: [UInt8]) -> OpaquePointer? {
    unsafe target.pointee = nil
    unsafe asked.pointee = false
    unsafe MemoryBIO.withReader(over: pem) { bio in
      var position = unsafe copenssl_position(bio)
      // What stands before the key (parameters of its curve, certificates) is decoded too, and left.
      while unsafe OSSL_DECODER_from_bio(context, bio) != 1 || target.pointee == nil {
        let next = unsafe copenssl_position(bio)
        guard unsafe copenssl_has_ended(bio) == 0, next > position, !wantedPhrase else { return }
        position = next
      }
    }
    if unsafe target.pointee != nil { ErrorQueue.clear() }
    return unsafe target.pointee
  }
}

/// OpenSSL's view of octets in memory.
enum MemoryBIO {
  /// Proof: the BIO reads the array in place and is freed before the array can change.
  static func withReader<Result>(over octets: [UInt8], _ body: (OpaquePointer?) -> Result) -> Result {
    unsafe octets.withUnsafeBytes { raw in
      let bio = unsafe BIO_new_mem_buf(raw.baseAddress, Int32(clamping: raw.count))
      defer { unsafe _ = BIO_free(bio) }
      return unsafe body(bio)
    }
  }
}
