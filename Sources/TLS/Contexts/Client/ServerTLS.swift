/// How connections to one server are secured: TLS 1.2 and 1.3 with the suites of the profile `intermediate`. Two
/// connections for which it differs are not of one kind, whatever their address.
public enum ServerTLS: Hashable, Sendable {
  /// Somebody trusted has to vouch for its certificate, and that has to name the server (RFC 9525).
  ///
  /// - name: a host name in lower case without a final dot, which is asked for (SNI, RFC 6066 §3); or an address
  ///   without brackets, which cannot be.
  case verified(name: String, TrustAnchors)
  /// Anybody's certificate will do: whoever is between can read and write along.
  ///
  /// - name: what is asked for; `nil` for nothing.
  case unverified(name: String?)

  /// What the server is called.
  public var name: String? {
    switch self {
    case .verified(let name, _): name
    case .unverified(let name): name
    }
  }
}
