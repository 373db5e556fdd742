/// With which keys sessions are resumed.
public struct TicketConfiguration: Equatable, Sendable {
  /// How long a session may be resumed, and how often keys of Yett's own change; the one before is accepted for one
  /// more period. 1 s to 7 days; default 12 h.
  public var rotate: Duration
  /// A file of keys that machines share; who owns it changes them. Default (`nil`): keys of this process's own.
  public var keys: String?

  public init(rotate: Duration = .seconds(43_200), keys: String? = nil) {
    (self.rotate, self.keys) = (rotate, keys)
  }
}

extension TicketConfiguration: Section {
  static let noun = "tickets"
  static let defaults = TicketConfiguration()
  static let keys: [Key<Self>] = [
    Key(
      "rotate", \.rotate, .duration(.seconds(1)...Duration.seconds(7 * 86_400)),
      "How long a session may be resumed, and how often keys change that are not of a file."),
    Key(
      "keys", \.keys, .path("a file of keys"),
      "A file of mode 0600 with keys that machines share, 80 octets in base64 a line; the first makes tickets."),
  ]
}
