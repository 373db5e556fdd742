import EventLoop
import HTTP

/// What policy may know of the connection that a request came over. Made once a connection; nothing in it changes.
public final class ConnectionFacts {
  /// Where every request of a listener is sent to instead of being answered.
  public struct Redirect: Sendable, Equatable {
    public var scheme: Scheme
    public var port: UInt16

    public init(scheme: Scheme, port: UInt16) { (self.scheme, self.port) = (scheme, port) }
  }

  /// The snapshot's index of the listener.
  public let listener: Int
  public let redirectsTo: Redirect?
  public let scheme: Scheme
  public let peer: Address
  /// The peer's host in text, as `X-Forwarded-For` has it.
  let peerText: [UInt8]
  /// The port that clients connect to, in text.
  let portText: [UInt8]
  /// The server name of the TLS handshake, lower-case; empty without one.
  public let serverName: [UInt8]

  /// For the log: 4 or 16 octets, or none.
  let peerOctets: [UInt8]

  /// - Parameter publicPort: what clients connect to, where something stands before Yett.
  public init(
    listener: Int, scheme: Scheme, peer: Address, publicPort: UInt16, serverName: [UInt8] = [],
    redirectsTo: Redirect? = nil
  ) {
    self.listener = listener
    self.redirectsTo = redirectsTo
    peerOctets = peer.octets
    self.scheme = scheme
    self.peer = peer
    self.serverName = serverName
    peerText = Array(peer.host.utf8)
    portText = Array(String(publicPort).utf8)
  }
}
