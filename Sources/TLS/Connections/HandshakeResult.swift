import COpenSSL

/// What one call of `Transport.handshake` came to.
public enum HandshakeResult: Sendable, Equatable {
  /// Reading and writing may begin, and reading has to: the peer's first octets may be here already. Without TLS there
  /// are no facts.
  case done(HandshakeFacts?)
  /// Call again when the socket is readable, or writable where `hasPending`.
  case wouldBlock
  case failed(TLSFailure)
}

/// What was agreed in a handshake.
public struct HandshakeFacts: Sendable, Equatable {
  /// What the client asked for (SNI), in lower case without a final dot; as it came otherwise.
  public let serverName: String?
  public let version: TLSVersion
  /// `nil` where the client did not offer any.
  public let applicationProtocol: ApplicationProtocol?
  public let isResumed: Bool

  public init(
    serverName: String?, version: TLSVersion, applicationProtocol: ApplicationProtocol?, isResumed: Bool
  ) {
    self.serverName = serverName
    self.version = version
    self.applicationProtocol = applicationProtocol
    self.isResumed = isResumed
  }
}

/// Why a TLS connection failed: the reason it is counted under, and the words for the log.
public enum TLSFailure: Error, Sendable, Equatable {
  /// The peer went away in the middle of the handshake.
  case closed
  /// `errno`.
  case socket(Int32)
  /// HTTP in cleartext on a port that speaks TLS.
  case plainHTTP
  /// A server that answers a handshake with something else.
  case notTLS
  /// A server whose certificate is not what it is held to. Boxed: a stream that holds the words themselves is so large
  /// that whoever asks a transport anything copies it (60 instructions each time).
  indirect case unverified(VerificationFailure)
  /// Versions, suites, groups or signatures of which none is common.
  case nothingInCommon(String)
  /// The peer's protocols (ALPN) are not ours.
  case noApplicationProtocol
  /// The peer named no server that there is a certificate for, and that is asked for (`strict_sni`).
  case unrecognizedName
  /// The peer ended it with this alert (RFC 8446 §6), for instance because it does not trust the certificate.
  case alert(UInt8)
  /// No certificate that OpenSSL could use for the connection.
  case noCertificate
  /// Anything else, in OpenSSL's words.
  case malformed(String)
}

extension TLSFailure: CustomStringConvertible {
  public var description: String {
    switch self {
    case .closed: "the peer closed the connection during the handshake"
    case .socket(let code): "the connection failed (errno \(code))"
    case .plainHTTP: "the peer spoke HTTP without TLS"
    case .notTLS: "the peer does not speak TLS"
    case .unverified(let failure): "the peer's certificate \(failure)"
    case .nothingInCommon(let reason): "nothing in common: \(reason)"
    case .noApplicationProtocol: "the peer offered no protocol that is spoken here"
    case .unrecognizedName: "the peer named no server that there is a certificate for"
    case .alert(let number): "the peer sent alert \(number) (\(Self.words(ofAlert: number)))"
    case .noCertificate: "no certificate could be used"
    case .malformed(let reason): "protocol error: \(reason)"
    }
  }

  /// A word for a metric's label.
  public var label: StaticString {
    switch self {
    case .closed: "closed"
    case .socket: "socket"
    case .plainHTTP: "plain_http"
    case .notTLS: "not_tls"
    case .unverified: "unverified"
    case .nothingInCommon: "nothing_in_common"
    case .noApplicationProtocol: "no_application_protocol"
    case .unrecognizedName: "unrecognized_name"
    case .alert: "alert"
    case .noCertificate: "no_certificate"
    case .malformed: "malformed"
    }
  }

  /// In OpenSSL's words: `handshake failure`.
  private static func words(ofAlert number: UInt8) -> String {
    // OpenSSL 3.0 has no words for what came with TLS 1.3.
    if number == UInt8(SSL_AD_CERTIFICATE_REQUIRED) { return "certificate required" }
    // Proof: the strings are constants of OpenSSL.
    guard let text = unsafe SSL_alert_desc_string_long(Int32(number)) else { return "unknown" }
    return unsafe String(cString: text)
  }

  /// Takes the reason out of the thread's error queue, which is empty afterwards.
  ///
  /// - Parameter ofClient: whether it was we who began.
  static func takeFromQueue(ofClient: Bool = false) -> TLSFailure {
    let entry = ErrorQueue.takeFirst()
    guard entry.isSSL else { return .malformed(entry.reason) }
    switch entry.number {
    case SSL_R_HTTP_REQUEST, SSL_R_HTTPS_PROXY_REQUEST: return .plainHTTP
    // The first octets were no record's. A client may send anything; a server that does speaks something else.
    case SSL_R_WRONG_VERSION_NUMBER where ofClient: return .notTLS
    case SSL_R_NO_SHARED_CIPHER, SSL_R_UNSUPPORTED_PROTOCOL, SSL_R_NO_SUITABLE_KEY_SHARE,
      SSL_R_NO_SHARED_SIGNATURE_ALGORITHMS, SSL_R_NO_SHARED_GROUPS, SSL_R_VERSION_TOO_LOW,
      SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM:
      return .nothingInCommon(entry.reason)
    case SSL_R_NO_APPLICATION_PROTOCOL: return .noApplicationProtocol
    // The ClientHello's callback is the only one that fails on purpose.
    case SSL_R_CALLBACK_FAILED: return .unrecognizedName
    case SSL_R_CERT_CB_ERROR: return .noCertificate
    case SSL_AD_REASON_OFFSET...SSL_AD_REASON_OFFSET + 255:
      return .alert(UInt8(truncatingIfNeeded: entry.number - SSL_AD_REASON_OFFSET))
    default: return .malformed(entry.reason)
    }
  }
}
