import EventLoop
import HTTP

/// What policy may know of the connection that a request came over. Made once a connection; nothing in it changes.
public final class ConnectionFacts {
  /// The snapshot's index of the listener.
  public let listener: Int
  public let scheme: Scheme
  public let peer: Address
  /// The peer's host in text, as `X-Forwarded-For` has it.
  let peerText: [UInt8]
  /// The port that clients connect to, in text.
  let portText: [UInt8]
  /// The server name of the TLS handshake, lower-case; empty without one.
  public let serverName: [UInt8]

  /// - Parameter publicPort: what clients connect to, where something stands before Yett.
  public init(listener: Int, scheme: Scheme, peer: Address, publicPort: UInt16, serverName: [UInt8] = []) {
    self.listener = listener
    self.scheme = scheme
    self.peer = peer
    self.serverName = serverName
    peerText = Array(peer.host.utf8)
    portText = Array(String(publicPort).utf8)
  }
}
