import COpenSSL
import EventLoop
import Glibc
import Time

/// A server as one thread's TLS knows it: what its certificate is held to, and the sessions that its next connections
/// resume. One for each kind of connection to it, so that nothing that was agreed under one is believed under another.
@safe public final class KnownServer: TLSPeer {
  let context: TLSClientContext
  /// What connections to it are held to.
  public let tls: ServerTLS
  private let isAddress: Bool
  /// The latest at the end. Proof: references of this object's own, let go of where they are taken out.
  private var sessions: [OpaquePointer] = unsafe []
  /// Since when they all go back to certificates that were verified.
  private var verified = Instant.never
  private var refusal: VerificationFailure?

  /// The most that are kept: a burst of connections finds so many of them.
  static let sessionLimit = 8
  /// A chain of resumptions is not longer: then the certificate is looked at again (RFC 8446 §4.6.1).
  static let trustLimit = Nanoseconds.seconds(3_600)

  init(_ tls: ServerTLS, under context: TLSClientContext) {
    (self.tls, self.context) = (tls, context)
    isAddress = tls.name.map { Address(host: $0, port: 0) != nil } ?? false
    super.init(in: context.library)
  }

  deinit { forgetSessions() }

  /// A connection that asks for the server's name, and takes no other certificate; `nil` where there is no memory. The
  /// caller frees it, and retains this object for as long.
  @unsafe func connection() -> OpaquePointer? {
    guard let connection = unsafe SSL_new(context.handle) else { return nil }
    guard unsafe prepare(connection) else {
      unsafe SSL_free(connection)
      return nil
    }
    if let session = unsafe takeSession(at: .readClock()) {
      unsafe _ = SSL_set_session(connection, session)
      unsafe SSL_SESSION_free(session)
    }
    return unsafe connection
  }

  @unsafe private func prepare(_ connection: OpaquePointer) -> Bool {
    guard unsafe SSL_set_ex_data(connection, 0, Unmanaged.passUnretained(self).toOpaque()) == 1 else { return false }
    if let name = tls.name, !isAddress, unsafe copenssl_set_server_name(connection, name) != 1 { return false }
    guard case .verified(let name, _) = tls else { return true }
    // OpenSSL would take an empty name for none to be checked.
    guard !name.isEmpty else { return false }
    guard !isAddress else { return unsafe X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(connection), name) == 1 }
    // RFC 9525 §6.3: a wildcard is a whole label; §2: the common name is no name.
    unsafe SSL_set_hostflags(
      connection, UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT))
    return unsafe SSL_set1_host(connection, name) == 1
  }

  /// The server that a connection is for.
  ///
  /// - Parameter connection: an `SSL *` of `connection()`.
  @unsafe static func of(_ connection: OpaquePointer) -> KnownServer? {
    guard let this = unsafe SSL_get_ex_data(connection, 0) else { return nil }
    return unsafe Unmanaged<KnownServer>.fromOpaque(this).takeUnretainedValue()
  }

  // MARK: Verification

  /// OpenSSL asks whether the certificates that were shown are good.
  ///
  /// - Parameter store: an `X509_STORE_CTX *` made ready for them.
  @unsafe func verifies(_ store: OpaquePointer) -> Bool {
    guard case .verified(let name, _) = tls else { return true }
    if unsafe X509_verify_cert(store) == 1 { return true }
    refusal = unsafe VerificationFailure(of: store, wanted: name)
    return false
  }

  override var isServer: Bool { true }

  override func takeFailure() -> TLSFailure {
    guard let refusal = refusal.take() else { return .takeFromQueue(ofClient: true) }
    ErrorQueue.clear()
    return .unverified(refusal)
  }

  // MARK: Sessions

  /// One to be resumed, the caller's to free; `nil` for none. Of TLS 1.2 it stays for the next connection too; a ticket
  /// of TLS 1.3 is good for one (RFC 8446 §C.4).
  @unsafe func takeSession(at now: Instant) -> OpaquePointer? {
    if now - verified >= Self.trustLimit { forgetSessions() }
    while let session = unsafe sessions.popLast() {
      if unsafe SSL_SESSION_is_resumable(session) == 1 {
        if unsafe SSL_SESSION_get_protocol_version(session) < TLS1_3_VERSION {
          unsafe _ = SSL_SESSION_up_ref(session)
          unsafe sessions.append(session)
        }
        return unsafe session
      }
      unsafe SSL_SESSION_free(session)
    }
    return nil
  }

  /// A session was agreed, with TLS 1.3 some time after the handshake. Whether the reference is kept.
  @unsafe func keep(_ session: OpaquePointer, of connection: OpaquePointer) -> Bool {
    guard unsafe SSL_SESSION_is_resumable(session) == 1 else { return false }
    if unsafe SSL_SESSION_get_protocol_version(session) < TLS1_3_VERSION { forgetSessions() }
    if unsafe sessions.isEmpty && SSL_session_reused(connection) != 1 { verified = .readClock() }
    if unsafe sessions.count >= Self.sessionLimit { unsafe SSL_SESSION_free(sessions.removeFirst()) }
    unsafe sessions.append(session)
    return true
  }

  private func forgetSessions() {
    while let session = unsafe sessions.popLast() { unsafe SSL_SESSION_free(session) }
  }
}
