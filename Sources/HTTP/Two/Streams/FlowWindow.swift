/// Octets that may be sent on a stream or a connection (RFC 9113 §6.9). A change of settings can take it below zero.
struct FlowWindow: Equatable {
  private(set) var octets: Int32

  init(_ octets: Int32) { self.octets = octets }

  var isOpen: Bool { octets > 0 }

  /// - Returns: `false`, and nothing changed, beyond 2³¹ − 1.
  mutating func open(by count: Int32) -> Bool {
    let (sum, overflow) = octets.addingReportingOverflow(count)
    guard !overflow else { return false }
    octets = sum
    return true
  }

  /// - Parameter count: up to `octets`.
  mutating func spend(_ count: Int) { octets -= Int32(clamping: count) }
}

/// What a peer may send, and when it is told that it may send more.
struct ReceiveWindow: Equatable {
  /// What it may have sent beyond what was taken.
  private(set) var size: Int
  /// What it may send now.
  private(set) var left: Int
  /// Octets that were taken, and of which it was not told.
  private var untold = 0

  init(_ size: Int) { (self.size, left) = (size, size) }

  /// - Returns: `false` where it sends more than it may.
  mutating func receive(_ octets: Int) -> Bool {
    guard octets <= left else { return false }
    left -= octets
    return true
  }

  /// Its reader took so many octets.
  ///
  /// - Parameter limit: the size that the window grows to, doubling whenever the reader took all of it.
  /// - Returns: by how much the peer's window is to be opened, where it is worth a frame: half of it.
  mutating func take(_ octets: Int, growingTo limit: Int) -> Int? {
    untold += octets
    guard untold > 0, untold >= size / 2 else { return nil }
    var grant = untold
    // Nothing waits for its reader, and the peer may soon have to wait for us.
    if left + untold == size, size < limit {
      let larger = Swift.min(limit, size * 2)
      grant += larger - size
      size = larger
    }
    untold = 0
    left += grant
    return grant
  }
}
