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

  /// As `Host` has it (RFC 9110 §7.2): without the default port of the scheme; `localhost` for Unix sockets.
  ///
  /// - Parameter isSecured: whether the scheme is `https`.
  public func authority(isSecured: Bool) -> String {
    let normal: UInt16 = isSecured ? 443 : 80
    return switch self {
    case .address(.unix): "localhost"
    case .address(.ipv4(let octets, port: normal)): Address.ipv4(octets, port: normal).host
    case .address(.ipv6(let high, let low, _, port: normal)):
      "[\(Address.ipv6(high: high, low: low, scope: 0, port: normal).host)]"
    case .address(let address): address.description
    case .name(let host, port: normal): host
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
