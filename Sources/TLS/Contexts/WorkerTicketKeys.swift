import COpenSSL

/// One worker's view of an entry's ticket keys: neither a rotation nor a ticket touches what other workers do.
struct WorkerTicketKeys {
  private let shared: TicketKeys
  private var generation: UInt64
  private var keys: [TicketKey]

  init(of shared: TicketKeys) {
    self.shared = shared
    // The generation first: a change in between is then seen once more, never missed.
    generation = shared.generation
    keys = shared.current
  }

  /// Those of now; the first makes tickets.
  var latest: [TicketKey] {
    mutating get {
      let latest = shared.generation
      if latest != generation {
        generation = latest
        keys = shared.current
      }
      return keys
    }
  }

  /// OpenSSL's ticket callback. Returns what it understands: 1 for go on, 2 for go on and make a new ticket too, 0 for
  /// a full handshake instead, below for an error. The signature is `SSL_CTX_set_tlsext_ticket_key_evp_cb`'s, but for
  /// the context.
  @unsafe mutating func prepare(
    name: UnsafeMutablePointer<UInt8>, vector: UnsafeMutablePointer<UInt8>, cipher: OpaquePointer,
    mac: OpaquePointer, isMaking: Bool, in library: TLSLibrary
  ) -> Int32 {
    // Proof: OpenSSL lends 16 octets for the name and EVP_MAX_IV_LENGTH (16) for the vector.
    let keys = latest
    var place = 0
    if isMaking {
      guard let key = keys.first, unsafe RAND_bytes_ex(library.handle, vector, 16, 0) == 1 else { return -1 }
      unsafe name.update(from: key.name, count: TicketKey.nameOctets)
      guard unsafe EVP_EncryptInit_ex2(cipher, library.ticketCipher, key.cipherKey, vector, nil) == 1 else { return -1 }
    } else {
      let asked = unsafe UnsafeBufferPointer(start: name, count: TicketKey.nameOctets)
      guard let known = keys.firstIndex(where: { unsafe $0.name.elementsEqual(asked) }) else { return 0 }
      place = known
      guard unsafe EVP_DecryptInit_ex2(cipher, library.ticketCipher, keys[place].cipherKey, vector, nil) == 1 else {
        return -1
      }
    }
    guard place < keys.count else { return -1 }
    var macKey = keys[place].macKey
    guard unsafe copenssl_hmac_sha256(mac, &macKey, macKey.count) == 1 else { return -1 }
    return place == 0 ? 1 : 2
  }
}
