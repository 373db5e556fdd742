/// TLS towards the servers of a pool.
public struct OriginTLSConfiguration: Equatable, Sendable {
  /// Whether somebody trusted has to vouch for a server's certificate, and that has to name the server. Default true.
  public var verify: Bool
  /// A PEM file of those who are trusted, absolute or relative to the working directory. Default (`nil`): the system's
  /// store.
  public var ca: String?
  /// What the servers are called: asked for (SNI) and looked for in their certificates. A host name in lower case, or
  /// an address without brackets. Default (`nil`): each is called what its address says.
  public var name: String?

  public init(verify: Bool = true, ca: String? = nil, name: String? = nil) {
    (self.verify, self.ca, self.name) = (verify, ca, name)
  }
}

extension OriginTLSConfiguration: Section {
  static let noun = "the TLS of a pool"
  static let defaults = OriginTLSConfiguration()
  static let keys: [Key<Self>] = [
    Key("verify", \.verify, .boolean, "Whether servers' certificates are verified; without, anybody may be between."),
    Key("ca", \.ca, .path("a PEM file"), "PEM file of the authorities that are trusted; the system's store without."),
    Key("name", \.name, .serverName, "What the servers are called in their certificates; by their addresses without."),
  ]

  static func check(_ tls: inout Self, _ node: Node, _ decoder: inout Decoder) {
    if !tls.verify, let place = node["ca"]?.place {
      decoder.note("`ca` beside `verify: false`: nothing would be verified against it", at: place)
    }
  }

  /// What no server of a pool can be held to.
  func check(_ servers: [ServerConfiguration], _ nodes: [Node], _ decoder: inout Decoder) {
    guard verify, name == nil else { return }
    for (server, node) in zip(servers, nodes) {
      guard case .unix = server.address, let place = node["address"]?.place else { continue }
      decoder.note("a Unix socket has no name that a certificate could have; give `tls` a `name`", at: place)
    }
  }
}

extension ValueType where Value == OriginTLSConfiguration {
  /// `false` is as if it were not there.
  static var originTLS: ValueType {
    ValueType(.anyOf([.boolean, .section(OriginTLSConfiguration.self)])) { node, decoder in
      if case .scalar(let word, isPlain: true) = node.content, let isOn = Quantity.boolean(word) {
        return isOn ? OriginTLSConfiguration() : nil
      }
      guard case .mapping = node.content else {
        decoder.expected("`true`, `false` or a mapping", node)
        return nil
      }
      return OriginTLSConfiguration.decode(node, &decoder)
    }
  }
}

extension ValueType where Value == String {
  fileprivate static var serverName: ValueType {
    .scalar("a host name such as `app.example.org`, or an IP address", .text(pattern: nil)) { word in
      let host = word.lowercased()
      return HostRule.allowsName(host) || HostRule.isIPv6(host) ? host : nil
    }
  }
}
