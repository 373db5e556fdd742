import COpenSSL

/// One thread's OpenSSL: a library context of its own (OpenSSL 3's locks, shared between workers, cost several times
/// the handshakes) and what its connections share: algorithms fetched once and the window of their BIOs.
///
/// Not `Sendable`: made on the thread that uses it.
@safe public final class TLSLibrary {
  // Proof for all pointers here: made in `init`, freed in `deinit`; contexts and connections retain the library.
  let handle: OpaquePointer
  let ticketCipher: OpaquePointer
  let digest: OpaquePointer
  let window: UnsafeMutablePointer<CipherWindow>
  private let provider: OpaquePointer
  private var decoder: KeyDecoder?

  public init() throws(TLSError) {
    guard let handle = unsafe OSSL_LIB_CTX_new() else { throw TLSError("make a library context") }
    guard let provider = unsafe OSSL_PROVIDER_load(handle, "default"),
      let ticketCipher = unsafe EVP_CIPHER_fetch(handle, "AES-256-CBC", nil),
      let digest = unsafe EVP_MD_fetch(handle, "SHA256", nil)
    else {
      let error = TLSError("load OpenSSL's default provider")
      unsafe OSSL_LIB_CTX_free(handle)
      throw error
    }
    unsafe (self.handle, self.provider) = unsafe (handle, provider)
    unsafe (self.ticketCipher, self.digest) = unsafe (ticketCipher, digest)
    unsafe window = .allocate(capacity: 1)
    unsafe window.initialize(to: CipherWindow())
  }

  /// Reads keys in this library; made with the first one. `nil` where OpenSSL has no memory.
  var keys: KeyDecoder? {
    if decoder == nil { decoder = unsafe KeyDecoder(in: handle) }
    return decoder
  }

  deinit {
    decoder = nil
    unsafe window.deinitialize(count: 1)
    unsafe window.deallocate()
    unsafe EVP_MD_free(digest)
    unsafe EVP_CIPHER_free(ticketCipher)
    unsafe _ = OSSL_PROVIDER_unload(provider)
    unsafe OSSL_LIB_CTX_free(handle)
  }

  /// SHA-256.
  func digest(of octets: [UInt8]) -> [UInt8] {
    var result = [UInt8](repeating: 0, count: 32)
    var count: UInt32 = 0
    // Proof: 32 octets of room, what SHA-256 writes.
    unsafe _ = EVP_Digest(octets, octets.count, &result, &count, digest, nil)
    return result
  }
}
