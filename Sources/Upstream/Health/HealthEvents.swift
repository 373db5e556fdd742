import EventLoop

/// A server's state changed, and why. Logged once.
public struct HealthChange: Equatable, Sendable, CustomStringConvertible {
  public let server: ServerName
  public let from: Condition
  /// As `from` where only the reason is news: a name that does not resolve any more, whose addresses are kept.
  public let to: Condition
  public let reason: String

  public init(server: ServerName, from: Condition, to: Condition, reason: String) {
    self.server = server
    self.from = from
    self.to = to
    self.reason = reason
  }

  public var description: String {
    from == to ? "\(server) stays \(to): \(reason)" : "\(server) is \(to), was \(from): \(reason)"
  }
}

/// What checks and names found, until its reader takes it. Control loop.
public final class HealthEvents {
  /// Changes that may lie there; later ones are counted.
  public static let limit = 4_096

  private let reader: EventToken
  private var changes: [HealthChange] = []
  /// Changes that found no room since the start.
  public private(set) var lost = 0

  /// - Parameter reader: put into the turn queue when there is news.
  public init(reader: EventToken) { self.reader = reader }

  func report(_ change: HealthChange, in loop: EventLoop) {
    if changes.count < Self.limit { changes.append(change) } else { lost += 1 }
    loop.post(reader)
  }

  /// In order.
  public func take() -> [HealthChange] {
    defer { changes = [] }
    return changes
  }
}
