import Bytes
import EventLoop
import HTTP

/// Who may ask what of the administration: pure rules, by the door through which a request came.
enum AdminAccess {
  /// Where requests come in.
  enum Door: Equatable {
    /// The Unix socket: whoever may open the file may do everything.
    case socket
    /// `admin.bind`, as bound: reads for everyone who speaks to it by its own name, changes with a token.
    case bind(Address)

    /// Connections that are served at once: of the socket, and apart from them of `bind`, old and new, so that whoever
    /// reaches one door can't keep others from the socket.
    static let sessionLimit = 64

    /// Whether they share one budget of connections.
    func sharesBudget(with other: Door) -> Bool { (self == .socket) == (other == .socket) }
  }

  /// - Parameter token: of the configuration; without one nothing is changed through `bind`.
  /// - Returns: why not; `nil` where it may.
  static func refusal(of request: AdminRequest, through door: Door, token: String?) -> AdminRefusal? {
    if !request.method.isSafe, !request.body.isEmpty, !isJSON(request.contentType) { return .notJSON }
    guard case .bind(let address) = door else { return nil }
    // A page whose name was bent to this address (DNS rebinding) names itself in Host.
    guard isOwn(host: request.host, address) else { return .foreignHost }
    if let origin = request.origin, origin != Array("http://".utf8) + request.host { return .foreignOrigin }
    guard !request.method.isSafe else { return nil }
    guard let token else { return .noToken }
    return bears(token, request.authorization) ? nil : .badToken
  }

  /// Its own address, or `localhost`, with its port. Bound to every address, each one is its own: bent is a name only.
  private static func isOwn(host: [UInt8], _ address: Address) -> Bool {
    guard let authority = Authority(host.span), (authority.port ?? 80) == (address.port ?? 80) else { return false }
    var name = String(decoding: host[authority.host], as: UTF8.self)
    if name.lowercased() == "localhost" { return true }
    if name.hasPrefix("[") { name = String(name.dropFirst().dropLast()) }
    guard let named = Address(host: name, port: address.port ?? 0) else { return false }
    return isEvery(address) || named.host == address.host
  }

  private static func isEvery(_ address: Address) -> Bool {
    switch address {
    case .ipv4(let octets, _): octets == Address.InlineOctets4(0, 0, 0, 0)
    case .ipv6(let high, let low, _, _): high == 0 && low == 0
    case .unix: false
    }
  }

  /// `Bearer TOKEN` of RFC 6750 §2.1. How long it takes tells nothing of the token but its length.
  private static func bears(_ token: String, _ authorization: [UInt8]?) -> Bool {
    let scheme = Array("bearer ".utf8)
    guard let authorization, authorization.prefix(scheme.count).map(\.lowercased) == scheme else { return false }
    let (given, expected) = (Array(authorization.dropFirst(scheme.count)), Array(token.utf8))
    var difference: UInt8 = given.count == expected.count ? 0 : 1
    for index in expected.indices { difference |= expected[index] ^ (index < given.count ? given[index] : 0) }
    return difference == 0
  }

  private static func isJSON(_ contentType: [UInt8]?) -> Bool {
    guard let contentType else { return false }
    let type = contentType.prefix { $0 != .semicolon && $0 != .space }.map(\.lowercased)
    return type == Array("application/json".utf8)
  }
}

/// Why a request to the administration is refused.
enum AdminRefusal: Equatable, CaseIterable {
  case foreignHost, foreignOrigin, noToken, badToken, notJSON

  var status: UInt16 {
    switch self {
    case .foreignHost: 421
    case .foreignOrigin, .noToken: 403
    case .badToken: 401
    case .notJSON: 415
    }
  }

  var description: String {
    switch self {
    case .foreignHost: "Host must be the address of `admin.bind`, or localhost with its port"
    case .foreignOrigin: "a page of another origin may not ask here"
    case .noToken: "nothing is changed through `admin.bind` without `admin.token`; use the admin socket"
    case .badToken: "changes need `Authorization: Bearer` with the token of `admin.token`"
    case .notJSON: "a body must be JSON, with `Content-Type: application/json`"
    }
  }

  var answer: AdminAnswer { .error(status, description) }
}
