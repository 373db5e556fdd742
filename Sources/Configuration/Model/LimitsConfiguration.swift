/// What one client may take of Yett.
public struct LimitsConfiguration: Equatable, Sendable {
  /// Octets of the request line; 414 beyond. Default 8 KiB, 256 to 16 KiB.
  public var requestLine: Int
  /// Octets of the header section; 431 beyond. Default 32 KiB, 1 KiB to 47 KiB: head and line fit a buffer of 64 KiB.
  public var headerSection: Int
  /// Fields of a head; 431 beyond. Default 100, 1 to 100.
  public var headerFields: Int
  /// From a request's first octet to the end of its head; 408 beyond. Default 10 s.
  public var headTimeout: Duration
  /// The least pace of a request's body in octets a second, after a grace of `bodyGrace`; 408 below. 0 is none.
  /// Default 250.
  public var bodyRate: Int
  /// How long a connection may idle between two requests. Default 75 s.
  public var keepAlive: Duration
  /// How long a client may take no octet of an answer. Default 30 s.
  public var writeTimeout: Duration
  /// Default 20,000.
  public var connectionsPerWorker: Int
  /// Of one client address (IPv6: its /64) at one worker. Default 1,024: an office or a carrier behind one address.
  public var connectionsPerAddress: Int
  /// TLS handshakes that are under way at one worker. Default 2,048: what a second of a core brings to an end, and
  /// more.
  public var handshakes: Int
  /// For a TLS handshake. Default 10 s.
  public var handshakeTimeout: Duration
  /// How long running requests may go on after `SIGTERM`. Default 30 s.
  public var drain: Duration

  /// Before `bodyRate` counts.
  public static let bodyGrace = Duration.seconds(10)

  public init(
    requestLine: Int = 8 << 10, headerSection: Int = 32 << 10, headerFields: Int = 100,
    headTimeout: Duration = .seconds(10), bodyRate: Int = 250, keepAlive: Duration = .seconds(75),
    writeTimeout: Duration = .seconds(30), connectionsPerWorker: Int = 20_000, connectionsPerAddress: Int = 1_024,
    handshakes: Int = 2_048, handshakeTimeout: Duration = .seconds(10), drain: Duration = .seconds(30)
  ) {
    (self.requestLine, self.headerSection, self.headerFields) = (requestLine, headerSection, headerFields)
    (self.headTimeout, self.bodyRate, self.keepAlive) = (headTimeout, bodyRate, keepAlive)
    (self.writeTimeout, self.handshakeTimeout, self.drain) = (writeTimeout, handshakeTimeout, drain)
    (self.connectionsPerWorker, self.connectionsPerAddress) = (connectionsPerWorker, connectionsPerAddress)
    self.handshakes = handshakes
  }
}

extension LimitsConfiguration: Section {
  static let noun = "the limits"
  static let defaults = LimitsConfiguration()
  static let keys: [Key<Self>] = [
    Key("request_line", \.requestLine, .size(256...16 << 10), "Octets of the request line; 414 beyond."),
    Key("header_section", \.headerSection, .size(1 << 10...47 << 10), "Octets of the header section; 431 beyond."),
    Key("header_fields", \.headerFields, .integer(1...100), "Fields of a head; 431 beyond."),
    Key("head_timeout", \.headTimeout, .patience, "For the head of a request; 408 after it."),
    Key(
      "body_rate", \.bodyRate, .size(0...1 << 30),
      "Octets a second that a request's body must bring after its first 10 s; 408 below. 0 is no limit."),
    Key("keep_alive", \.keepAlive, .patience, "How long a connection may idle between two requests."),
    Key("write_timeout", \.writeTimeout, .patience, "How long a client may take no octet of an answer."),
    Key("connections_per_worker", \.connectionsPerWorker, .integer(1...1_000_000), "Client connections of one worker."),
    Key(
      "connections_per_address", \.connectionsPerAddress, .integer(1...1_000_000),
      "Connections of one client address (IPv6: its /64) at one worker."),
    Key(
      "handshakes", \.handshakes, .integer(1...1_000_000),
      "TLS handshakes that are under way at one worker; connections beyond are refused."),
    Key("handshake_timeout", \.handshakeTimeout, .patience, "For a TLS handshake."),
    Key(
      "drain", \.drain, .duration(.zero...Duration.seconds(3_600)),
      "How long running requests may go on after SIGTERM."),
  ]
}

extension ValueType where Value == Duration {
  /// 10 ms to an hour: how long Yett waits for anyone.
  static var patience: ValueType { .duration(.milliseconds(10)...Duration.seconds(3_600)) }
}
