import EventLoop

/// Where the configuration says that a server is.
public enum ServerEndpoint: Hashable, Sendable, CustomStringConvertible {
  case address(Address)
  case name(String, port: UInt16)

  /// A numeric address needs no look-up. `host` of IPv6 without brackets.
  public init(host: String, port: UInt16) {
    if let address = Address(host: host, port: port) {
      self = .address(address)
    } else {
      self = .name(host, port: port)
    }
  }

  /// As `Host` has it (RFC 9110 §7.2): without the default port of `http`; `localhost` for Unix sockets.
  public var authority: String {
    switch self {
    case .address(.unix): "localhost"
    case .address(.ipv4(let octets, port: 80)): Address.ipv4(octets, port: 80).host
    case .address(.ipv6(let high, let low, _, port: 80)):
      "[\(Address.ipv6(high: high, low: low, scope: 0, port: 80).host)]"
    case .address(let address): address.description
    case .name(let host, port: 80): host
    case .name(let host, let port): "\(host):\(port)"
    }
  }

  public var description: String {
    switch self {
    case .address(let address): address.description
    case .name(let host, let port): "\(host):\(port)"
    }
  }
}
