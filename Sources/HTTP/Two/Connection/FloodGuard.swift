import Time

/// What a peer can send at little cost that costs its receiver much: each kind has so many at once, and so many a
/// second from then on. Time is handed in.
public enum HTTP2Flood: UInt8, Sendable, CaseIterable {
  /// Streams opened and taken back (CVE-2023-44487).
  case rapidReset
  /// Field blocks in many frames, or larger than any head.
  case continuation
  case settings
  case ping
  /// PRIORITY and PRIORITY_UPDATE.
  case priority
  /// Frames that bring nothing: DATA without octets or end, field blocks without octets.
  case emptyFrames
  /// Windows that are kept shut, or opened by crumbs.
  case stall
  /// Field blocks that unfold to many times what a head may have.
  case hpack
  /// Streams that the peer's errors made us reset (CVE-2025-8671).
  case madeResets
  case windowUpdates

  /// A lower-case word with underscores.
  public var label: StaticString {
    switch self {
    case .rapidReset: "rapid_reset"
    case .continuation: "continuation"
    case .settings: "settings"
    case .ping: "ping"
    case .priority: "priority"
    case .emptyFrames: "empty_frames"
    case .stall: "stall"
    case .hpack: "hpack"
    case .madeResets: "made_resets"
    case .windowUpdates: "window_updates"
    }
  }

  /// How many at once, and how many more each second: no browser comes near them. A tab that is closed takes back all
  /// its streams; a window may be opened with each frame that came.
  var allowance: (burst: Int64, perSecond: Int64) {
    switch self {
    case .rapidReset: (400, 40)
    case .continuation, .hpack: (0, 0)
    case .settings, .ping: (100, 10)
    case .priority: (1_000, 100)
    case .emptyFrames: (100, 10)
    case .stall: (16, 1)
    case .madeResets: (100, 10)
    case .windowUpdates: (2_000, 500)
    }
  }
}

/// Keeps the allowances of one connection.
struct FloodGuard {
  private struct Allowance {
    /// Thousandths.
    var left: Int64
    var since: Instant
  }

  private var allowances: [Allowance] = []

  /// Takes `count` of an allowance.
  ///
  /// - Returns: `false` where it is used up.
  mutating func allows(_ flood: HTTP2Flood, _ count: Int64 = 1, at now: Instant) -> Bool {
    if allowances.isEmpty {
      // With the first odd frame: most connections bring none.
      allowances = HTTP2Flood.allCases.map { Allowance(left: $0.allowance.burst * 1_000, since: now) }
    }
    let (burst, rate) = flood.allowance
    let index = Int(flood.rawValue)
    let milliseconds = Swift.max(0, Swift.min((now - allowances[index].since).count / 1_000_000, 1_000_000))
    if milliseconds > 0 {
      allowances[index].left = Swift.min(burst * 1_000, allowances[index].left + milliseconds * rate)
      // What is left of a millisecond counts next time.
      allowances[index].since = allowances[index].since + .milliseconds(milliseconds)
    }
    allowances[index].left -= count * 1_000
    return allowances[index].left >= 0
  }

  /// Gives back to an allowance what useful work has earned.
  mutating func earn(_ flood: HTTP2Flood, _ count: Int64) {
    guard !allowances.isEmpty else { return }
    let index = Int(flood.rawValue)
    allowances[index].left = Swift.min(flood.allowance.burst * 1_000, allowances[index].left + count * 1_000)
  }
}
