import Bytes
import COpenSSL

/// What a worker's TLS connections under one `tls:` entry have in common. Neither new certificates nor new ticket keys
/// touch it. Not `Sendable`: made on the worker's thread, in its library.
@safe public final class TLSContext: TLSPeer {
  // Proof: made in `init`, freed in `deinit`; connections retain this object, which OpenSSL's callbacks are handed.
  let handle: OpaquePointer
  public let settings: TLSSettings
  private var tickets: WorkerTicketKeys
  private let wireProtocols: [UInt8]
  private let sessionPrefix: [UInt8]
  private var certificates: WorkerCertificates

  public init(
    _ settings: TLSSettings, certificates: CertificateEntry, tickets: TicketKeys, in library: TLSLibrary
  ) throws(TLSError) {
    guard let handle = unsafe SSL_CTX_new_ex(library.handle, nil, TLS_server_method()) else {
      throw TLSError("make a context for \(settings.name)")
    }
    unsafe self.handle = handle
    self.settings = settings
    self.tickets = WorkerTicketKeys(of: tickets)
    wireProtocols = settings.wireProtocols
    sessionPrefix = Array(settings.name.utf8) + [0]
    self.certificates = WorkerCertificates(of: certificates)
    super.init(in: library)
    try apply(settings.profile)
    installCallbacks()
  }

  deinit { unsafe SSL_CTX_free(handle) }

  private func apply(_ profile: TLSProfile) throws(TLSError) {
    try unsafe profile.apply(to: handle)
    unsafe copenssl_set_options(handle)
    // Releasing record buffers costs 80 ns a hit of 1 KiB (4 % of OpenSSL's part, under 1 % of the whole), and leaves
    // nothing to be done when a connection falls idle.
    unsafe copenssl_set_modes(handle)
    unsafe copenssl_no_session_cache(handle)
    unsafe copenssl_no_read_ahead(handle)
    unsafe _ = SSL_CTX_set_timeout(handle, Int(max(1, settings.sessionLifetime.seconds)))
  }

  /// Proof for all callbacks: they run inside a call that a connection makes, which retains this object, on its thread;
  /// and no access to this object is under way while the connection calls.
  private func installCallbacks() {
    let this = unsafe Unmanaged.passUnretained(self).toOpaque()
    unsafe SSL_CTX_set_client_hello_cb(
      handle,
      { connection, alert, this in
        guard let connection = unsafe connection, let this = unsafe this else { return SSL_CLIENT_HELLO_ERROR }
        if unsafe TLSContext.at(this).receiveHello(of: connection) { return SSL_CLIENT_HELLO_SUCCESS }
        if let alert = unsafe alert { unsafe alert.pointee = SSL_AD_UNRECOGNIZED_NAME }
        return SSL_CLIENT_HELLO_ERROR
      }, this)
    // Without it OpenSSL neither acknowledges the name (RFC 6066 §3) nor keeps it with the session.
    unsafe copenssl_set_server_name_callback(handle) { _, _, _ in SSL_TLSEXT_ERR_OK }
    unsafe SSL_CTX_set_cert_cb(
      handle,
      { connection, this in
        guard let connection = unsafe connection, let this = unsafe this else { return 0 }
        return unsafe TLSContext.at(this).installCertificate(on: connection) ? 1 : 0
      }, this)
    unsafe SSL_CTX_set_alpn_select_cb(
      handle,
      { _, chosen, count, offered, offeredCount, this in
        guard let chosen = unsafe chosen, let count = unsafe count, let this = unsafe this else {
          return SSL_TLSEXT_ERR_ALERT_FATAL
        }
        return unsafe TLSContext.at(this).selectProtocol(&chosen.pointee, &count.pointee, offered, offeredCount)
      }, this)
    unsafe _ = SSL_CTX_set_ex_data(handle, 0, this)
    unsafe _ = SSL_CTX_set_tlsext_ticket_key_evp_cb(handle) { connection, name, vector, cipher, mac, isMaking in
      guard let name = unsafe name, let vector = unsafe vector, let cipher = unsafe cipher, let mac = unsafe mac,
        let this = unsafe SSL_CTX_get_ex_data(SSL_get_SSL_CTX(connection), 0)
      else { return -1 }
      let context = unsafe TLSContext.at(this)
      return unsafe context.tickets.prepare(
        name: name, vector: vector, cipher: cipher, mac: mac, isMaking: isMaking == 1, in: context.library)
    }
  }

  /// What a connection may be asked for whose handshake has ended.
  ///
  /// - Parameter serverName: as `HandshakeFacts.serverName` has it; empty without one.
  public func authority(for serverName: [UInt8]) -> ConnectionAuthority {
    certificates.latest.authority(for: serverName)
  }

  @unsafe private static func at(_ this: UnsafeMutableRawPointer) -> TLSContext {
    unsafe Unmanaged<TLSContext>.fromOpaque(this).takeUnretainedValue()
  }

  /// Before any session is looked for: one is resumed under the entry and the server name that it began with, and
  /// under no other.
  ///
  /// - Returns: `false` where the name is to be refused.
  @unsafe private func receiveHello(of connection: OpaquePointer) -> Bool {
    var octets: UnsafePointer<UInt8>?
    var count = 0
    var name: [UInt8]?
    if unsafe SSL_client_hello_get0_ext(connection, UInt32(TLSEXT_TYPE_server_name), &octets, &count) == 1 {
      // Proof: the extension lies in the ClientHello for as long as the callback runs.
      let body = unsafe Span(_unsafeElements: UnsafeBufferPointer(start: octets, count: count))
      name = ServerNameExtension.hostName(in: body)
    }
    if settings.strictSNI {
      guard let name, certificates.latest.knows(String(decoding: name, as: UTF8.self)) else { return false }
    }
    let digest = library.digest(of: sessionPrefix + (name ?? []))
    unsafe _ = SSL_set_session_id_context(connection, digest, UInt32(digest.count))
    return true
  }

  @unsafe private func installCertificate(on connection: OpaquePointer) -> Bool {
    unsafe certificates.install(for: Self.serverName(of: connection), on: connection, in: library)
  }

  /// The name that the client asked for, in lower case without a final dot.
  @unsafe static func serverName(of connection: OpaquePointer) -> String? {
    // Proof: the string belongs to the connection; it is copied.
    guard let text = unsafe SSL_get_servername(connection, TLSEXT_NAMETYPE_host_name) else { return nil }
    var octets = unsafe Array(String(cString: text).utf8)
    for index in octets.indices { octets[index] = octets[index].lowercased }
    if octets.last == .dot { octets.removeLast() }
    return String(decoding: octets, as: UTF8.self)
  }

  /// RFC 7301 §3.2: the first of ours that the client offers too.
  @unsafe private func selectProtocol(
    _ chosen: inout UnsafePointer<UInt8>?, _ chosenCount: inout UInt8, _ offered: UnsafePointer<UInt8>?,
    _ offeredCount: UInt32
  ) -> Int32 {
    let offer = unsafe UnsafeBufferPointer(start: offered, count: Int(offeredCount))
    var ours = 0
    while ours < wireProtocols.count {
      let name = wireProtocols[ours + 1..<min(wireProtocols.count, ours + 1 + Int(wireProtocols[ours]))]
      var theirs = 0
      while theirs < offer.count {
        let count = unsafe Int(offer[theirs])
        guard count > 0, theirs + 1 + count <= offer.count else { return SSL_TLSEXT_ERR_ALERT_FATAL }
        if unsafe offer[theirs + 1..<theirs + 1 + count].elementsEqual(name) {
          // The client's own octets: they live for as long as the callback's result has to.
          unsafe chosen = unsafe offered.map { unsafe $0 + theirs + 1 }
          chosenCount = UInt8(truncatingIfNeeded: count)
          return SSL_TLSEXT_ERR_OK
        }
        theirs += 1 + count
      }
      ours += 1 + Int(wireProtocols[ours])
    }
    return SSL_TLSEXT_ERR_ALERT_FATAL
  }
}
