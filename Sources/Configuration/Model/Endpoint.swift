/// A host and port, or a Unix socket: `10.1.0.11:8080`, `[::1]:8080`, `search.internal:80`, `unix:/run/app.sock`.
public enum Endpoint: Hashable, Sendable, CustomStringConvertible {
  /// - host: a name or an IP address, IPv6 without brackets, lower-case.
  /// - port: 1 to 65535; 0 where a listener lets the system choose.
  case tcp(host: String, port: Int)
  /// - path: absolute, at most 107 octets (`sun_path` of unix(7) with its NUL).
  case unix(path: String)

  public var description: String {
    switch self {
    case .tcp(let host, let port): host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)"
    case .unix(let path): "unix:\(path)"
    }
  }
}
