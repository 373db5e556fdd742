/// One place where clients connect.
public struct ListenerConfiguration: Equatable, Sendable {
  /// Unique among listeners; metrics and log lines carry it.
  public var name: String
  /// An IP address (no name) and port, or a Unix socket. Port 0 lets the system choose.
  public var bind: Endpoint
  /// The TLS profile's name; `nil` is cleartext.
  public var tls: String?
  /// The listener that every request here is redirected to; `nil` serves sites.
  public var redirectTo: String?
  /// The port under which clients know this listener, 1 to 65535. `nil`: see `advertisedPort`.
  public var publicPort: Int?

  /// What `Location` names: `publicPort`, or 443 with TLS and 80 without.
  public var advertisedPort: Int { publicPort ?? (tls == nil ? 80 : 443) }

  public init(
    name: String = "", bind: Endpoint = .tcp(host: "::", port: 8080), tls: String? = nil, redirectTo: String? = nil,
    publicPort: Int? = nil
  ) {
    (self.name, self.bind, self.tls) = (name, bind, tls)
    (self.redirectTo, self.publicPort) = (redirectTo, publicPort)
  }
}
