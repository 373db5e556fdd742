import Synchronization

/// What can happen at a listener before, or instead of, an exchange. A new case is counted, exported and named at once.
public enum ListenerEvent: UInt8, Sendable, CaseIterable {
  /// A connection was accepted.
  case accepted
  /// A connection that was accepted is closed, for whatever reason.
  case closed
  /// The client broke off, or could not agree on, the TLS handshake.
  case handshakeFailed
  /// The TLS handshake took too long.
  case handshakeTimedOut
  /// The worker has all the handshakes under way that it may have.
  case handshakeLimit
  /// The head could not be read: 400.
  case malformedHead
  /// The request line or header section was too large: 414, 431.
  case headTooLarge
  /// The head took too long: 408.
  case headTimedOut
  /// The client closed in the middle of a head.
  case headCutShort
  /// The worker has all the connections it may have.
  case connectionLimit
  /// The client's address has all the connections it may have.
  case clientLimit
  /// The process has no descriptor left.
  case descriptorLimit

  /// A lower-case word with underscores.
  public var label: StaticString {
    switch self {
    case .accepted: "accepted"
    case .closed: "closed"
    case .handshakeFailed: "handshake_failed"
    case .handshakeTimedOut: "handshake_timed_out"
    case .handshakeLimit: "handshake_limit"
    case .malformedHead: "malformed_head"
    case .headTooLarge: "head_too_large"
    case .headTimedOut: "head_timed_out"
    case .headCutShort: "head_cut_short"
    case .connectionLimit: "connection_limit"
    case .clientLimit: "client_limit"
    case .descriptorLimit: "descriptor_limit"
    }
  }

  /// Whether something was refused or went wrong.
  public var isFailure: Bool { self != .accepted && self != .closed }
}

/// What one worker counts of one listener. That worker alone calls `count`; any thread reads.
public final class ListenerCounters: Sendable {
  private let counts = InlineArray<12, Atomic<UInt64>> { _ in Atomic(0) }

  public init() {}

  /// The worker's thread only.
  public func count(_ event: ListenerEvent) { counts[Int(event.rawValue)].increase(by: 1) }

  /// Adds what was counted so far. Any thread.
  func add(to figures: inout ListenerFigures) {
    for index in counts.indices { figures.counts[index] &+= counts[index].value }
  }
}

/// What all workers counted of a listener.
public struct ListenerFigures: Equatable, Sendable {
  public let name: String
  var counts = [UInt64](repeating: 0, count: 12)

  public init(name: String) { self.name = name }

  public func count(_ event: ListenerEvent) -> UInt64 { counts[Int(event.rawValue)] }

  /// Connections that are open now.
  public var open: UInt64 {
    // Two counters are not read at one moment.
    let (accepted, closed) = (count(.accepted), count(.closed))
    return accepted > closed ? accepted - closed : 0
  }
}
