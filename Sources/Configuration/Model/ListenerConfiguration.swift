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
  /// The port under which clients know this listener, 1 to 65535. `nil`: 443 with TLS, 80 without.
  public var publicPort: Int?
  /// What is spoken, best first, at least one. `nil`: `defaultProtocols`.
  public var protocols: [ListenerProtocol]?

  public init(
    name: String = "", bind: Endpoint = .tcp(host: "::", port: 8080), tls: String? = nil, redirectTo: String? = nil,
    publicPort: Int? = nil, protocols: [ListenerProtocol]? = nil
  ) {
    (self.name, self.bind, self.tls) = (name, bind, tls)
    (self.redirectTo, self.publicPort, self.protocols) = (redirectTo, publicPort, protocols)
  }

  /// What is spoken where a listener does not say.
  public static func defaultProtocols(secure: Bool) -> [ListenerProtocol] { secure ? [.http2, .http1] : [.http1] }

  /// What is spoken, best first.
  public var spoken: [ListenerProtocol] { protocols ?? Self.defaultProtocols(secure: tls != nil) }
}

/// What clients may speak at a listener, by its name in ALPN (RFC 7301).
public enum ListenerProtocol: String, CaseIterable, Sendable {
  case http2 = "h2"
  case http1 = "http/1.1"
}

extension ListenerConfiguration: Section {
  static let noun = "a listener"
  static let defaults = ListenerConfiguration()
  static let keys: [Key<Self>] = [
    Key("name", \.name, .name(of: .listener), isRequired: true, "Metrics and log lines carry it."),
    Key("bind", \.bind, .binding, isRequired: true, "An IP address and port, or `unix:/path`."),
    Key("tls", \.tls, .reference(to: .profile), "The TLS profile; cleartext without."),
    Key(
      "redirect_to", \.redirectTo, .reference(to: .listener),
      "The listener that every request is redirected to, path and query as sent."),
    Key(
      "public_port", \.publicPort, .integer(1...65_535),
      "The port under which clients know this listener: 443 with TLS and 80 without, unless set."),
    Key(
      "protocols", \.protocols, .list(of: .choice, atLeast: 1, atMost: ListenerProtocol.allCases.count),
      "What is spoken, best first: with TLS as ALPN agrees, without as the client begins."),
  ]

  static func check(_ listener: inout Self, _ node: Node, _ decoder: inout Decoder) {
    guard let protocols = listener.protocols, Set(protocols).count < protocols.count,
      let place = node["protocols"]?.place
    else { return }
    decoder.note("a protocol named twice", at: place)
  }
}
