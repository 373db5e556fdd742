import COpenSSL
import EventLoop
import Time

/// A chain and its key as objects of OpenSSL, in one library context and of one thread.
@safe final class CertificateObjects {
  // Proof for the pointers: each is owned by this object alone, made in `init`, freed in `deinit`.
  let leaf: OpaquePointer
  let key: OpaquePointer
  /// The certificates above the leaf.
  let issuers: OpaquePointer
  private let above: [OpaquePointer]
  /// Keeps the context that the objects belong to until they are freed.
  private let library: TLSLibrary?

  /// A worker's copy of a certificate.
  init(parsing certificate: Certificate, in library: TLSLibrary) throws(TLSError) {
    var certificates: [OpaquePointer] = unsafe []
    for der in certificate.chain {
      guard let parsed = unsafe Self.parse(der, in: library) else {
        unsafe Self.free(certificates)
        throw TLSError("read a certificate of \(certificate.source)")
      }
      unsafe certificates.append(parsed)
    }
    let key = unsafe library.keys?.read(certificate.key)
    guard let key = unsafe key, let chain = unsafe Self.assemble(certificates) else {
      unsafe Self.free(certificates)
      unsafe EVP_PKEY_free(key)
      throw TLSError("read the key of \(certificate.source)")
    }
    unsafe (leaf, issuers, above) = unsafe chain
    unsafe self.key = key
    self.library = library
  }

  /// For the loader: in OpenSSL's default context, which no worker uses.
  init(
    chainPEM: [UInt8], from chainSource: String, keyPEM: [UInt8], from keySource: String, by decoder: KeyDecoder
  ) throws(CertificateError) {
    let certificates = unsafe try Self.readChain(chainPEM, from: chainSource)
    let key: OpaquePointer
    do throws(CertificateError) { unsafe key = unsafe try Self.readKey(keyPEM, from: keySource, by: decoder) } catch {
      unsafe Self.free(certificates)
      throw error
    }
    guard let chain = unsafe Self.assemble(certificates) else {
      unsafe Self.free(certificates)
      unsafe EVP_PKEY_free(key)
      throw CertificateError(file: chainSource, reason: .noCertificate)
    }
    unsafe (leaf, issuers, above) = unsafe chain
    unsafe self.key = key
    library = nil
  }

  deinit {
    unsafe X509_free(leaf)
    unsafe copenssl_chain_free(issuers)
    unsafe EVP_PKEY_free(key)
  }

  static func free(_ certificates: [OpaquePointer]) {
    for index in unsafe certificates.indices { unsafe X509_free(certificates[index]) }
  }

  /// The leaf and the stack of the others, which owns them; `nil`, and nothing taken over, without a leaf.
  private static func assemble(
    _ certificates: [OpaquePointer]
  ) -> (OpaquePointer, OpaquePointer, [OpaquePointer])? {
    guard let leaf = unsafe certificates.first, let stack = unsafe copenssl_chain_new() else { return nil }
    var above: [OpaquePointer] = unsafe []
    for index in unsafe certificates.indices.dropFirst() {
      if unsafe copenssl_chain_push(stack, certificates[index]) > 0 {
        unsafe above.append(certificates[index])
      } else {
        unsafe X509_free(certificates[index])
      }
    }
    return unsafe (leaf, stack, above)
  }

  static func parse(_ der: [UInt8], in library: TLSLibrary) -> OpaquePointer? {
    unsafe der.withUnsafeBufferPointer { octets in
      // `d2i_X509` frees the object it is given where it fails, and returns it where it does not.
      var certificate = unsafe X509_new_ex(library.handle, nil)
      var start = octets.baseAddress
      return unsafe d2i_X509(&certificate, &start, octets.count)
    }
  }

  static func readChain(_ pem: [UInt8], from source: String) throws(CertificateError) -> [OpaquePointer] {
    var certificates: [OpaquePointer] = unsafe []
    var failure: CertificateError.Reason?
    unsafe MemoryBIO.withReader(over: pem) { bio in
      while true {
        if let certificate = unsafe PEM_read_bio_X509(bio, nil, nil, nil) {
          unsafe certificates.append(certificate)
          continue
        }
        let entry = ErrorQueue.takeFirst()
        // The end of the file shows as a missing start line.
        if !(ERR_GET_LIB(entry.code) == ERR_LIB_PEM && entry.number == PEM_R_NO_START_LINE) {
          failure = .malformedCertificate(unsafe certificates.count + 1, entry.reason)
        }
        return
      }
    }
    if unsafe failure == nil && certificates.isEmpty { failure = .noCertificate }
    guard let failure else { return unsafe certificates }
    unsafe Self.free(certificates)
    throw CertificateError(file: source, reason: failure)
  }

  private static func readKey(
    _ pem: [UInt8], from source: String, by decoder: KeyDecoder
  ) throws(CertificateError) -> OpaquePointer {
    if let key = unsafe decoder.read(pem) { return unsafe key }
    let entry = ErrorQueue.takeFirst()
    throw CertificateError(file: source, reason: decoder.wantedPhrase ? .keyIsEncrypted : .noKey(entry.reason))
  }
}

extension CertificateObjects {
  /// - Parameter trial: an `SSL_CTX *` of the default library context that serves nobody.
  @unsafe func check(in trial: OpaquePointer, chainSource: String, keySource: String) throws(CertificateError) {
    defer { ErrorQueue.clear() }
    guard unsafe X509_check_private_key(leaf, key) == 1 else {
      if let index = unsafe above.indices.first(where: { unsafe X509_check_private_key(above[$0], key) == 1 }) {
        throw CertificateError(file: chainSource, reason: .ownNotFirst(index + 2))
      }
      throw CertificateError(file: keySource, reason: .keyDoesNotMatch(chain: chainSource))
    }
    var subject = unsafe leaf
    for index in unsafe above.indices {
      guard unsafe X509_check_issued(above[index], subject) == Int32(X509_V_OK) else {
        throw CertificateError(file: chainSource, reason: .chainOutOfOrder(index + 2))
      }
      unsafe subject = unsafe above[index]
    }
    // What a handshake would refuse is refused here, by the same function.
    ErrorQueue.clear()
    guard unsafe SSL_CTX_use_cert_and_key(trial, leaf, key, issuers, 1) == 1 else {
      throw CertificateError(file: chainSource, reason: .refused(ErrorQueue.takeFirst().reason))
    }
  }

  var keyKind: (Certificate.KeyKind, bits: Int) {
    let bits = unsafe Int(EVP_PKEY_get_bits(key))
    return switch unsafe EVP_PKEY_get_base_id(key) {
    case EVP_PKEY_RSA: (.rsa, bits)
    case EVP_PKEY_EC: (.ecdsa, bits)
    default: (.other, bits)
    }
  }

  /// Not before, not after.
  var validity: (WallTime, WallTime) {
    unsafe (Self.time(X509_get0_notBefore(leaf)), Self.time(X509_get0_notAfter(leaf)))
  }

  /// Until when those above the leaf are valid, in order.
  var issuersValidity: [WallTime] { unsafe above.map { unsafe Self.time(X509_get0_notAfter($0)) } }

  /// The alternative names of the subject (RFC 5280 §4.2.1.6); its common name is not one (RFC 9525 §2).
  var names: [String] { unsafe Self.names(in: leaf) }

  /// Of any certificate.
  static func names(in certificate: OpaquePointer) -> [String] {
    guard let extensions = unsafe X509_get_ext_d2i(certificate, NID_subject_alt_name, nil, nil) else { return [] }
    let list = OpaquePointer(extensions)
    defer { unsafe GENERAL_NAMES_free(list) }
    var names: [String] = []
    let count = unsafe max(0, copenssl_names_count(list))
    for index in 0..<count {
      var kind: Int32 = 0
      guard let octets = unsafe copenssl_name_octets(copenssl_name(list, index), &kind) else { continue }
      let text = unsafe Array(
        UnsafeBufferPointer(start: ASN1_STRING_get0_data(octets), count: Int(ASN1_STRING_length(octets))))
      if kind == GEN_DNS {
        // IA5: what is not ASCII, or holds a NUL, is no name that anyone asks for.
        guard text.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { continue }
        names.append(String(decoding: text, as: UTF8.self).lowercased())
      } else if let address = Self.addressText(text) {
        names.append(address)
      }
    }
    return names
  }

  var chainDER: [[UInt8]] { unsafe ([leaf] + above).map { unsafe Self.encode($0, i2d_X509) } }

  static func encode(
    _ object: OpaquePointer, _ encoder: (OpaquePointer?, UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>?) -> Int32
  ) -> [UInt8] {
    let count = unsafe encoder(object, nil)
    guard count > 0 else { return [] }
    // Proof: the encoder writes as many octets as it said when it was asked without a target.
    return unsafe [UInt8](unsafeUninitializedCapacity: Int(count)) { target, filled in
      var end = target.baseAddress
      filled = unsafe max(0, Int(encoder(object, &end)))
    }
  }

  static func time(_ time: UnsafePointer<ASN1_TIME>?) -> WallTime {
    var (days, seconds): (Int32, Int32) = (0, 0)
    let epoch = unsafe ASN1_TIME_set(nil, 0)
    defer { unsafe ASN1_TIME_free(epoch) }
    guard unsafe ASN1_TIME_diff(&days, &seconds, epoch, time) == 1 else { return WallTime(seconds: 0) }
    return WallTime(seconds: Int64(days) * 86_400 + Int64(seconds))
  }

  /// As RFC 5952 writes it.
  private static func addressText(_ octets: [UInt8]) -> String? {
    func word(_ range: Range<Int>) -> UInt64 { octets[range].reduce(0) { $0 << 8 | UInt64($1) } }
    return switch octets.count {
    case 4: octets.map { String($0) }.joined(separator: ".")
    case 16: Address.ipv6(high: word(0..<8), low: word(8..<16), scope: 0, port: 0).host
    default: nil
    }
  }
}
