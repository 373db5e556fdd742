import Bytes
import EventLoop
import HTTP
import TLS
import Telemetry

/// What policy may know of the connection that a request came over. Made once a connection, and again with a new
/// snapshot; nothing in it changes.
public final class ConnectionFacts {
  /// Where every request of a listener is sent to instead of being answered.
  public struct Redirect: Sendable, Equatable {
    public var scheme: Scheme
    public var port: UInt16

    public init(scheme: Scheme, port: UInt16) { (self.scheme, self.port) = (scheme, port) }
  }

  /// The listener's name.
  public let listener: String
  public let redirectsTo: Redirect?
  public let scheme: Scheme
  public let peer: Address
  /// The server name of the TLS handshake, lower-case; empty without one.
  public let serverName: [UInt8]
  /// Which hosts may be asked for; `nil` in cleartext, where nothing vouches for any.
  private let authority: ConnectionAuthority?
  /// Whether there is such a thing: a look at the reference would retain it.
  let isBound: Bool
  /// What origins are told of the connection, the same with every request.
  let forwarded: ForwardedConnection
  /// What each log line says of client and listener.
  let logMembers: Chunk

  /// - Parameters:
  ///   - publicPort: what clients connect to, where something stands before Yett.
  ///   - log: of the same snapshot; the peer's address is written once.
  public init(
    listener: String, scheme: Scheme, peer: Address, publicPort: UInt16, serverName: [UInt8] = [],
    authority: ConnectionAuthority? = nil, redirectsTo: Redirect? = nil, log: AccessLogLine.Settings
  ) {
    self.listener = listener
    self.redirectsTo = redirectsTo
    self.scheme = scheme
    self.peer = peer
    self.serverName = serverName
    self.authority = authority
    isBound = authority != nil
    forwarded = ForwardedConnection(peer: peer.host, scheme: scheme, port: publicPort)
    logMembers = AccessLogLine.members(client: peer.octets.span, listener: listener, settings: log)
  }

  /// Whether a request may ask for the host: RFC 9110 §15.5.20.
  ///
  /// - Parameter host: as `Target.host` has it.
  func covers(_ host: Span<UInt8>) -> Bool { authority?.covers(host) ?? true }
}
