import COpenSSL

/// What a thread's TLS connections to servers have in common that are held to the same. Not `Sendable`: made on the
/// thread that uses it, in its library.
@safe final class TLSClientContext {
  let library: TLSLibrary
  // Proof: made in `init`, freed in `deinit`; connections retain this object through their server.
  let handle: OpaquePointer
  let anchors: TrustAnchors?

  /// - Parameter anchors: `nil` where certificates are not verified.
  init(_ anchors: TrustAnchors?, in library: TLSLibrary) throws(TLSError) {
    guard let handle = unsafe SSL_CTX_new_ex(library.handle, nil, TLS_client_method()) else {
      throw TLSError("make a context for servers")
    }
    self.library = library
    unsafe self.handle = handle
    self.anchors = anchors
    try apply(.intermediate)
    if let anchors { try trust(anchors) }
    installCallbacks()
  }

  deinit { unsafe SSL_CTX_free(handle) }

  private func apply(_ profile: TLSProfile) throws(TLSError) {
    let protocols = TLSSettings(name: "", protocols: [.http1]).wireProtocols
    try unsafe profile.apply(to: handle)
    // The one function of OpenSSL that returns 0 for success.
    guard unsafe SSL_CTX_set_alpn_protos(handle, protocols, UInt32(protocols.count)) == 0 else {
      throw TLSError("offer a protocol to servers")
    }
    unsafe copenssl_set_options(handle)
    unsafe copenssl_set_modes(handle)
    unsafe copenssl_no_read_ahead(handle)
    unsafe copenssl_tell_sessions(handle)
  }

  private func trust(_ anchors: TrustAnchors) throws(TLSError) {
    let store = unsafe SSL_CTX_get_cert_store(handle)
    for der in anchors.certificates {
      guard let certificate = unsafe CertificateObjects.parse(der, in: library) else {
        throw TLSError("read a certificate of \(anchors.source)")
      }
      defer { unsafe X509_free(certificate) }
      guard unsafe X509_STORE_add_cert(store, certificate) == 1 else {
        throw TLSError("trust a certificate of \(anchors.source)")
      }
    }
    unsafe SSL_CTX_set_verify(handle, SSL_VERIFY_PEER, nil)
    // Who names an issuer, or a server's own certificate, trusts it, whoever signed that.
    let parameters = unsafe SSL_CTX_get0_param(handle)
    unsafe _ = X509_VERIFY_PARAM_set_flags(parameters, UInt(X509_V_FLAG_PARTIAL_CHAIN))
  }

  /// Proof for both: they run inside a call that a connection makes, on its thread; the connection retains its server,
  /// to which it points; and no access to the server is under way while the connection calls.
  private func installCallbacks() {
    unsafe SSL_CTX_sess_set_new_cb(handle) { connection, session in
      guard let connection = unsafe connection, let session = unsafe session,
        let server = unsafe KnownServer.of(connection)
      else { return 0 }
      return unsafe server.keep(session, of: connection) ? 1 : 0
    }
    unsafe SSL_CTX_set_cert_verify_callback(
      handle,
      { store, _ in
        guard let store = unsafe store,
          let connection = unsafe X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()),
          let server = unsafe KnownServer.of(OpaquePointer(connection))
        else { return 0 }
        return unsafe server.verifies(store) ? 1 : 0
      }, nil)
  }
}
