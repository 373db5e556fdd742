import COpenSSL

/// Mozilla's server-side TLS guidelines 6.0, as far as a server chooses. Suites are taken in the client's order: it
/// knows whether its processor has AES.
public enum TLSProfile: String, Sendable, CaseIterable {
  /// TLS 1.3 alone.
  case modern
  /// TLS 1.2 and 1.3: the six ECDHE suites with GCM or ChaCha20.
  case intermediate

  var leastVersion: TLSVersion {
    switch self {
    case .modern: .tls13
    case .intermediate: .tls12
    }
  }

  /// The suites of TLS 1.2, in OpenSSL's words.
  static let cipherList = """
    ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:\
    ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305
    """
  /// Those of TLS 1.3.
  static let suiteList = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256"
  /// The lists to try, best first: OpenSSL before 3.5 refuses one with a group that it does not know.
  static let groupLists = ["X25519MLKEM768:X25519:P-256:P-384", "X25519:P-256:P-384"]
  /// Keys of 112 bits of strength (RSA of 2,048 bits) and no SHA-1. Debian's default, and not everybody's.
  static let securityLevel: Int32 = 2

  /// Makes a context speak it.
  ///
  /// - Parameter context: an `SSL_CTX *`.
  /// - Returns: the groups, those that this OpenSSL knows.
  @unsafe @discardableResult func apply(to context: OpaquePointer) throws(TLSError) -> [String] {
    let least =
      switch leastVersion {
      case .tls12: TLS1_2_VERSION
      case .tls13: TLS1_3_VERSION
      }
    unsafe SSL_CTX_set_security_level(context, Self.securityLevel)
    guard unsafe copenssl_set_min_version(context, least) == 1,
      unsafe SSL_CTX_set_cipher_list(context, Self.cipherList) == 1,
      unsafe SSL_CTX_set_ciphersuites(context, Self.suiteList) == 1,
      let groups = Self.groupLists.first(where: { unsafe copenssl_set_groups(context, $0) == 1 })
    else { throw TLSError("apply the profile \(rawValue)") }
    ErrorQueue.clear()
    return groups.split(separator: ":").map(String.init)
  }
}

/// What a profile comes to with the OpenSSL that runs, for whoever has to answer for it.
public struct EffectiveProfile: Sendable, Equatable {
  public var versions: [TLSVersion] = []
  /// As RFC 8446 names them.
  public var suites13: [String] = []
  /// As OpenSSL names them; none where TLS 1.2 is not spoken.
  public var suites12: [String] = []
  public var groups: [String] = []

  init() {}

  /// Asks OpenSSL itself, in a context that serves nobody. Not on a worker.
  public init(of profile: TLSProfile) throws(TLSError) {
    guard let context = unsafe SSL_CTX_new(TLS_server_method()) else { throw TLSError("make a context") }
    defer { unsafe SSL_CTX_free(context) }
    groups = try unsafe profile.apply(to: context)
    versions = TLSVersion.allCases.filter { $0 == .tls13 || profile.leastVersion == .tls12 }
    guard let connection = unsafe SSL_new(context) else { throw TLSError("make a connection") }
    defer { unsafe SSL_free(connection) }
    // What is left of the lists by versions and security level.
    guard let list = unsafe SSL_get1_supported_ciphers(connection) else { throw TLSError("list the suites") }
    defer { unsafe copenssl_suites_free(list) }
    for index in 0..<(unsafe max(0, copenssl_suites_count(list))) {
      // Proof: the suites and their names are constants of OpenSSL.
      guard let suite = unsafe copenssl_suite(list, index), let name = unsafe SSL_CIPHER_get_name(suite) else {
        continue
      }
      let text = unsafe String(cString: name)
      // 0x13xx are those of TLS 1.3 (RFC 8446 §B.4).
      if unsafe SSL_CIPHER_get_protocol_id(suite) >> 8 == 0x13 { suites13.append(text) } else { suites12.append(text) }
    }
  }
}
