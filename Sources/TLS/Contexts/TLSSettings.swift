import Time

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

/// What one entry under `tls:`, and a listener that names it, ask of a context.
public struct TLSSettings: Sendable, Hashable {
  /// The entry's name. A session begun under one name is not resumed under another.
  public var name: String
  public var profile: TLSProfile
  /// Best first. A client that offers ALPN and none of them is refused (RFC 7301 §3.2).
  public var protocols: [ApplicationProtocol]
  /// Whether a client that names no server, or one for which there is no certificate, is refused (RFC 6066 §3) instead
  /// of being shown the default certificate.
  public var strictSNI: Bool
  /// How long a ticket is good, in whole seconds; 1 s to 7 days (RFC 8446 §4.6.1).
  public var sessionLifetime: Nanoseconds

  public init(
    name: String, profile: TLSProfile = .intermediate, protocols: [ApplicationProtocol] = [.http1],
    strictSNI: Bool = false, sessionLifetime: Nanoseconds = .seconds(43_200)
  ) {
    (self.name, self.profile, self.protocols) = (name, profile, protocols)
    (self.strictSNI, self.sessionLifetime) = (strictSNI, sessionLifetime)
  }

  /// The list as ALPN sends it: each name after an octet with its length.
  var wireProtocols: [UInt8] {
    protocols.flatMap { [UInt8(truncatingIfNeeded: $0.rawValue.utf8.count)] + Array($0.rawValue.utf8) }
  }
}
