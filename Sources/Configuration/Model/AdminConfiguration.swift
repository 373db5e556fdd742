/// Where Yett itself is watched and commanded.
public struct AdminConfiguration: Equatable, Sendable {
  /// The path of the Unix socket that takes every command. Default (`nil`): `/run/yett/admin.sock`, without root in the
  /// user's run-time directory; which one it is, Control decides.
  public var socket: String?
  /// Where metrics, health and reads are served. Default (`nil`): nowhere. Port 0 lets the system choose.
  public var bind: Endpoint?
  /// Without it, what came in by `bind` changes nothing. 16 to 256 visible ASCII characters.
  public var token: String?

  public init(socket: String? = nil, bind: Endpoint? = nil, token: String? = nil) {
    (self.socket, self.bind, self.token) = (socket, bind, token)
  }
}

extension AdminConfiguration: Section {
  static let noun = "admin"
  static let defaults = AdminConfiguration()
  static let keys: [Key<Self>] = [
    Key(
      "socket", \.socket, .path("a socket's path", atMost: 107), "The Unix socket that takes every command (mode 0660)."
    ),
    Key("bind", \.bind, .binding, "Where metrics, health and reads are served; nowhere without."),
    Key("token", \.token, .token, "What changes through `bind` must show; without it nothing can be changed there."),
  ]
}

extension ValueType where Value == String {
  /// A secret: no message repeats it.
  fileprivate static var token: ValueType {
    ValueType(.text(pattern: "^[!-~]{16,256}$")) { node, decoder in
      guard case .scalar(let token, _) = node.content, (16...256).contains(token.utf8.count), token.isVisibleASCII
      else {
        decoder.note("expected a token of 16 to 256 visible ASCII characters", at: node.place)
        return nil
      }
      return token
    }
  }
}
