import COpenSSL

/// The keys of session tickets (RFC 5077, RFC 8446 §4.6.1), shared by all workers so that a session that one began is
/// resumed by any. Any thread.
public final class TicketKeys: Sendable {
  /// One key: named in the ticket, AES-256-CBC under HMAC-SHA-256.
  struct Key: Sendable {
    static let nameOctets = 16
    let name: [UInt8]
    let cipherKey: [UInt8]
    let macKey: [UInt8]
  }

  /// The key that tickets are made with.
  let current: Key

  /// New random keys: tickets from before are worth nothing.
  public init() throws(TLSError) {
    let octets = try Self.random(octets: Key.nameOctets + 64)
    current = Key(
      name: Array(octets[0..<16]), cipherKey: Array(octets[16..<48]), macKey: Array(octets[48..<80]))
  }

  /// The key a ticket says it was made with; `nil` for one that is not ours (any more).
  func key(named name: [UInt8]) -> Key? { name == current.name ? current : nil }

  private static func random(octets count: Int) throws(TLSError) -> [UInt8] {
    var octets = [UInt8](repeating: 0, count: count)
    // Proof: the array has as many octets as are asked for.
    guard unsafe RAND_bytes(&octets, Int32(octets.count)) == 1 else { throw TLSError("draw random ticket keys") }
    return octets
  }
}

extension TicketKeys {
  /// OpenSSL's ticket callback. Returns what it understands: 1 for go on, 0 for a full handshake instead, below for an
  /// error. The signature is `SSL_CTX_set_tlsext_ticket_key_evp_cb`'s, but for the context.
  @unsafe func prepare(
    name: UnsafeMutablePointer<UInt8>, vector: UnsafeMutablePointer<UInt8>, cipher: OpaquePointer,
    mac: OpaquePointer, isMaking: Bool, in library: TLSLibrary
  ) -> Int32 {
    // Proof: OpenSSL lends 16 octets for the name and EVP_MAX_IV_LENGTH (16) for the vector.
    let key: Key
    if isMaking {
      key = current
      guard unsafe RAND_bytes_ex(library.handle, vector, 16, 0) == 1 else { return -1 }
      unsafe name.update(from: key.name, count: Key.nameOctets)
      guard unsafe EVP_EncryptInit_ex2(cipher, library.ticketCipher, key.cipherKey, vector, nil) == 1 else { return -1 }
    } else {
      let asked = unsafe Array(UnsafeBufferPointer(start: name, count: Key.nameOctets))
      guard let known = self.key(named: asked) else { return 0 }
      key = known
      guard unsafe EVP_DecryptInit_ex2(cipher, library.ticketCipher, key.cipherKey, vector, nil) == 1 else { return -1 }
    }
    var macKey = key.macKey
    return unsafe copenssl_hmac_sha256(mac, &macKey, macKey.count) == 1 ? 1 : -1
  }
}
