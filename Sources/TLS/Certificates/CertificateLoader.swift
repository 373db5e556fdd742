import COpenSSL

/// Makes certificates of PEM files. What OpenSSL needs for it is made once for all that are loaded together: of a
/// thousand pairs that is half the time. One thread, and not a worker's.
@safe public final class CertificateLoader {
  // Proof: made in `init`, freed in `deinit`.
  private let trial: OpaquePointer
  private let decoder: KeyDecoder

  public init() throws(TLSError) {
    guard let trial = unsafe SSL_CTX_new(TLS_server_method()) else { throw TLSError("make a context") }
    guard let decoder = unsafe KeyDecoder(in: nil) else {
      unsafe SSL_CTX_free(trial)
      throw TLSError("read private keys")
    }
    unsafe self.trial = trial
    self.decoder = decoder
    unsafe SSL_CTX_set_security_level(trial, TLSProfile.securityLevel)
  }

  deinit { unsafe SSL_CTX_free(trial) }

  /// - Parameters:
  ///   - chainSource: what an error names.
  ///   - keySource: what an error about the key names.
  public func make(
    chainPEM: [UInt8], from chainSource: String, keyPEM: [UInt8], from keySource: String
  ) throws(CertificateError) -> Certificate {
    defer { ErrorQueue.clear() }
    let parsed = try CertificateObjects(
      chainPEM: chainPEM, from: chainSource, keyPEM: keyPEM, from: keySource, by: decoder)
    try unsafe parsed.check(in: trial, chainSource: chainSource, keySource: keySource)
    return try Certificate(parsed, from: chainSource, keyPEM: keyPEM)
  }
}

extension Certificate {
  /// One alone. Blocks for some hundred microseconds: not on a worker.
  ///
  /// - Parameters:
  ///   - chainSource: what an error names.
  ///   - keySource: what an error about the key names.
  public init(
    chainPEM: [UInt8], from chainSource: String, keyPEM: [UInt8], from keySource: String
  ) throws(CertificateError) {
    let loader: CertificateLoader
    do throws(TLSError) { loader = try CertificateLoader() } catch {
      throw CertificateError(file: chainSource, reason: .refused(error.description))
    }
    self = try loader.make(chainPEM: chainPEM, from: chainSource, keyPEM: keyPEM, from: keySource)
  }
}
