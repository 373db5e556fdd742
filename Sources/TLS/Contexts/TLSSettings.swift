/// Mozilla's server-side TLS guidelines, as far as a server chooses.
public enum TLSProfile: String, Sendable, CaseIterable {
  /// TLS 1.3 alone.
  case modern
  /// TLS 1.2 and 1.3: the six ECDHE suites with GCM or ChaCha20, in the client's order.
  case intermediate
}

/// TLS versions that are spoken.
public enum TLSVersion: String, Sendable, CaseIterable {
  case tls12 = "TLSv1.2"
  case tls13 = "TLSv1.3"
}

/// What is spoken over TLS, by its name in ALPN (RFC 7301).
public enum ApplicationProtocol: String, Sendable, CaseIterable {
  case http1 = "http/1.1"
  case http2 = "h2"
}

/// What one entry under `tls:` asks of a context.
public struct TLSSettings: Sendable, Equatable {
  /// The entry's name. A session begun under one name is not resumed under another.
  public var name: String
  public var profile: TLSProfile
  /// Best first. A client that offers ALPN and none of them is refused (RFC 7301 §3.2).
  public var protocols: [ApplicationProtocol]

  public init(
    name: String, profile: TLSProfile = .intermediate, protocols: [ApplicationProtocol] = [.http1]
  ) {
    self.name = name
    self.profile = profile
    self.protocols = protocols
  }

  /// The list as ALPN sends it: each name after an octet with its length.
  var wireProtocols: [UInt8] {
    protocols.flatMap { [UInt8(truncatingIfNeeded: $0.rawValue.utf8.count)] + Array($0.rawValue.utf8) }
  }
}

extension TLSProfile {
  /// The suites of TLS 1.2; those of 1.3 are OpenSSL's three.
  var cipherList: String {
    """
    ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:\
    ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305
    """
  }

  /// The lists to try, best first: OpenSSL before 3.5 refuses a list with a group it does not know.
  static var groupLists: [String] { ["X25519MLKEM768:X25519:P-256:P-384", "X25519:P-256:P-384"] }

  var leastVersion: TLSVersion {
    switch self {
    case .modern: .tls13
    case .intermediate: .tls12
    }
  }
}
