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
  /// What came was not HTTP/2 (RFC 9113 §5.4.1).
  case http2Error
  /// An HTTP/2 connection was ended because its client sent too much of what costs it little: streams that it took
  /// back, field blocks in too many frames, settings, pings, priorities, frames that bring nothing, windows that it
  /// kept shut or opened by crumbs, heads that unfold to many times their limit, streams that it made us reset.
  case rapidReset, continuationFlood, settingsFlood, pingFlood, priorityFlood, emptyFrames, stall, hpackBomb
  case madeResets, windowUpdateFlood
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
    case .http2Error: "http2_error"
    case .rapidReset: "http2_rapid_reset"
    case .continuationFlood: "http2_continuation"
    case .settingsFlood: "http2_settings"
    case .pingFlood: "http2_ping"
    case .priorityFlood: "http2_priority"
    case .emptyFrames: "http2_empty_frames"
    case .stall: "http2_stall"
    case .hpackBomb: "http2_hpack"
    case .madeResets: "http2_made_resets"
    case .windowUpdateFlood: "http2_window_updates"
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
  private let counts = InlineArray<23, Atomic<UInt64>> { _ in Atomic(0) }

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
  var counts = [UInt64](repeating: 0, count: ListenerEvent.allCases.count)

  public init(name: String) { self.name = name }

  public func count(_ event: ListenerEvent) -> UInt64 { counts[Int(event.rawValue)] }

  /// Connections that are open now.
  public var open: UInt64 {
    // Two counters are not read at one moment.
    let (accepted, closed) = (count(.accepted), count(.closed))
    return accepted > closed ? accepted - closed : 0
  }
}
