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

extension Endpoint {
  /// - anyPort: whether 0 is a port too.
  static func parse(_ text: String, anyPort: Bool) -> Endpoint? {
    if text.hasPrefix("unix:") {
      let path = String(text.dropFirst(5))
      let isPath = path.hasPrefix("/") && (2...107).contains(path.utf8.count)
      return isPath && !path.unicodeScalars.contains(where: \.isControl) ? .unix(path: path) : nil
    }
    guard let colon = text.lastIndex(of: ":") else { return nil }
    let digits = String(text[text.index(after: colon)...])
    guard let port = Quantity.wholeNumber(digits), (anyPort ? 0 : 1)...65_535 ~= port else { return nil }
    let host = text[..<colon].lowercased()
    if host.hasPrefix("["), host.hasSuffix("]") {
      let address = String(host.dropFirst().dropLast())
      return HostRule.isIPv6(address) ? .tcp(host: address, port: port) : nil
    }
    return HostRule.allowsName(host) ? .tcp(host: host, port: port) : nil
  }
}

extension ValueType where Value == Endpoint {
  /// Where to connect to.
  static var server: ValueType {
    .scalar("a host and port such as `10.1.0.11:8080`, or `unix:/path`", .text(pattern: nil)) {
      Endpoint.parse($0, anyPort: false)
    }
  }

  /// Where to listen; no two may be the same.
  static var binding: ValueType {
    let what = "an IP address and port such as `[::]:8443`, or `unix:/path`"
    return ValueType(.text(pattern: nil)) { node, decoder in
      guard case .scalar(let word, _) = node.content, let endpoint = Endpoint.parse(word, anyPort: true) else {
        decoder.expected(what, node)
        return nil
      }
      if case .tcp(let host, let port) = endpoint {
        guard HostRule.isAddress(host) else {
          decoder.expected(what, node, suggestion: host == "localhost" ? "127.0.0.1:\(port)" : nil)
          return nil
        }
        if port == 0 { return endpoint }
      }
      decoder.define(.address, endpoint.description, at: node.place)
      return endpoint
    }
  }
}
