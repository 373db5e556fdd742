import Bytes
import COpenSSL
import EventLoop
import Glibc

@testable import TLS

/// OpenSSL's client in memory, at the far end of a socket pair whose near end is the transport under test. It trusts
/// every certificate, and remembers the one it was shown.
@safe final class Client {
  struct Wishes {
    var serverName: String? = "localhost"
    var versions: ClosedRange<Int32> = TLS1_2_VERSION...TLS1_3_VERSION
    var protocols: [String] = []
    var suites12: String?
    var verifies = false
    /// RSA alone, or ECDSA alone.
    var signatures: String?
    var groups: String?
    /// OpenSSL's security level; its default otherwise.
    var level: Int32?
  }

  private let context: OpaquePointer?
  private let ssl: OpaquePointer?
  @unsafe fileprivate var connection: OpaquePointer? { unsafe ssl }
  private let fromServer: OpaquePointer?
  private let toServer: OpaquePointer?
  let descriptor: Int32
  private(set) var isDone = false
  /// What `SSL_get_error` said of the last call that did not succeed.
  private(set) var lastError: Int32 = SSL_ERROR_NONE
  /// The last alert that the server sent.
  private(set) var alert: Int32?

  /// - Parameter session: of an earlier client, to be resumed.
  init(descriptor: Int32, wishes: Wishes = Wishes(), session: ClientSession? = nil) {
    self.descriptor = descriptor
    let context = unsafe SSL_CTX_new(TLS_client_method())
    unsafe self.context = unsafe context
    unsafe _ = SSL_CTX_ctrl(context, SSL_CTRL_SET_MIN_PROTO_VERSION, Int(wishes.versions.lowerBound), nil)
    unsafe _ = SSL_CTX_ctrl(context, SSL_CTRL_SET_MAX_PROTO_VERSION, Int(wishes.versions.upperBound), nil)
    if wishes.verifies { unsafe SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nil) }
    if let level = wishes.level { unsafe SSL_CTX_set_security_level(context, level) }
    if let groups = wishes.groups {
      unsafe _ = groups.withCString {
        unsafe SSL_CTX_ctrl(context, SSL_CTRL_SET_GROUPS_LIST, 0, UnsafeMutableRawPointer(mutating: $0))
      }
    }
    if let suites = wishes.suites12 { unsafe _ = SSL_CTX_set_cipher_list(context, suites) }
    if let signatures = wishes.signatures {
      unsafe _ = signatures.withCString {
        unsafe SSL_CTX_ctrl(context, SSL_CTRL_SET_SIGALGS_LIST, 0, UnsafeMutableRawPointer(mutating: $0))
      }
    }
    unsafe ssl = unsafe SSL_new(context)
    unsafe fromServer = unsafe BIO_new(BIO_s_mem())
    unsafe toServer = unsafe BIO_new(BIO_s_mem())
    // An empty memory BIO says "come again", not "the end".
    unsafe _ = BIO_ctrl(fromServer, BIO_C_SET_BUF_MEM_EOF_RETURN, -1, nil)
    unsafe SSL_set_bio(ssl, fromServer, toServer)
    unsafe SSL_set_connect_state(ssl)
    if let name = wishes.serverName {
      unsafe _ = name.withCString {
        unsafe SSL_ctrl(
          ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, Int(TLSEXT_NAMETYPE_host_name), UnsafeMutableRawPointer(mutating: $0))
      }
    }
    let list = wishes.protocols.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
    if !list.isEmpty { unsafe _ = SSL_set_alpn_protos(ssl, list, UInt32(list.count)) }
    if let session { unsafe _ = SSL_set_session(ssl, session.handle) }
  }

  deinit {
    unsafe SSL_free(ssl)
    unsafe SSL_CTX_free(context)
    close(descriptor)
  }

  // MARK: Octets to and from the socket

  /// The ciphertext that waits to be sent.
  func takeOutgoing() -> [UInt8] {
    var octets = [UInt8](repeating: 0, count: 100_000)
    let count = unsafe BIO_read(toServer, &octets, Int32(octets.count))
    return Array(octets.prefix(Int(max(0, count))))
  }

  func send(_ octets: some Sequence<UInt8>) {
    let array = Array(octets)
    _ = unsafe Glibc.send(descriptor, array, array.count, Int32(MSG_NOSIGNAL))
  }

  /// Takes in what the socket has. Returns how much that was; `nil` at its end.
  @discardableResult func receive(limit: Int = 1 << 20) -> Int? {
    var octets = [UInt8](repeating: 0, count: limit)
    let count = unsafe recv(descriptor, &octets, octets.count, Int32(MSG_DONTWAIT))
    guard count != 0 else { return nil }
    guard count > 0 else { return 0 }
    unsafe _ = BIO_write(fromServer, octets, Int32(count))
    return count
  }

  func end() { shutdown(descriptor, Int32(SHUT_WR)) }

  // MARK: Plaintext

  func handshake() {
    guard !isDone else { return }
    isDone = note(unsafe SSL_do_handshake(ssl)) == 1
  }

  /// Encrypts; the ciphertext waits in `takeOutgoing`.
  func write(_ octets: [UInt8]) { _ = note(unsafe SSL_write(ssl, octets, Int32(octets.count))) }

  /// Decrypts what was received.
  func read() -> [UInt8] {
    var all: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 16_384)
    while true {
      let count = note(unsafe SSL_read(ssl, &block, Int32(block.count)))
      guard count > 0 else { return all }
      all += block.prefix(Int(count))
    }
  }

  func updateKeys(asking: Bool) {
    _ = note(unsafe SSL_key_update(ssl, asking ? SSL_KEY_UPDATE_REQUESTED : SSL_KEY_UPDATE_NOT_REQUESTED))
    _ = note(unsafe SSL_do_handshake(ssl))
  }

  func sendCloseNotify() { unsafe _ = SSL_shutdown(ssl) }

  private func note(_ code: Int32) -> Int32 {
    lastError = code > 0 ? SSL_ERROR_NONE : unsafe SSL_get_error(ssl, code)
    let reason = Int32(truncatingIfNeeded: ERR_GET_REASON(ERR_peek_error())) - SSL_AD_REASON_OFFSET
    if code <= 0, 0...255 ~= reason { alert = reason }
    if code <= 0 { ERR_clear_error() }
    return code
  }

  // MARK: What was agreed

  var version: Int32 { unsafe SSL_version(ssl) }
  var isResumed: Bool { unsafe SSL_session_reused(ssl) == 1 }
  var suite: String { unsafe String(cString: SSL_CIPHER_get_name(SSL_get_current_cipher(ssl))) }
  var session: ClientSession { unsafe ClientSession(handle: SSL_get1_session(ssl)) }

  var shownKeyKind: Certificate.KeyKind {
    guard let certificate = unsafe SSL_get1_peer_certificate(ssl) else { return .other }
    defer { unsafe X509_free(certificate) }
    return unsafe EVP_PKEY_get_base_id(X509_get0_pubkey(certificate)) == EVP_PKEY_RSA ? .rsa : .ecdsa
  }

  /// The common name of the certificate that the server showed.
  var shownName: String {
    guard let certificate = unsafe SSL_get1_peer_certificate(ssl) else { return "" }
    defer { unsafe X509_free(certificate) }
    var text = [CChar](repeating: 0, count: 256)
    let count = unsafe X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, &text, 256)
    return String(decoding: text.prefix(Int(max(0, count))).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

extension Client {
  func renegotiate() {
    unsafe _ = SSL_renegotiate(connection)
    unsafe _ = SSL_do_handshake(connection)
    ERR_clear_error()
  }
}

/// A session to be resumed.
@safe final class ClientSession {
  fileprivate let handle: OpaquePointer?
  fileprivate init(handle: OpaquePointer?) { unsafe self.handle = handle }

  /// The first 16 octets of the ticket: its key's name.
  var keyName: [UInt8] {
    var octets: UnsafePointer<UInt8>?
    var count = 0
    unsafe SSL_SESSION_get0_ticket(handle, &octets, &count)
    return unsafe Array(UnsafeBufferPointer(start: octets, count: min(16, count)))
  }

  /// Seconds, as the server said.
  var lifetime: UInt { unsafe SSL_SESSION_get_ticket_lifetime_hint(handle) }

  deinit { unsafe SSL_SESSION_free(handle) }
}
