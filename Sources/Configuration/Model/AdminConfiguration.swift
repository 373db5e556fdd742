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
