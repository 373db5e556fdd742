/// The streams of a connection that ended last: what comes of them still tells an error from an accident of timing.
struct ClosedStreams {
  enum Ending {
    /// Both sides have ended it, or the peer has reset it: it knows that nothing may come.
    case known
    /// We have reset it: the peer may not have heard.
    case reset
  }

  private static let limit = 256
  private static let resetBit: UInt32 = 1 << 31
  private var recent: [UInt32] = []
  private var next = 0

  mutating func append(_ stream: UInt32, _ ending: Ending) {
    let entry = ending == .reset ? stream | Self.resetBit : stream
    if recent.count < Self.limit {
      recent.append(entry)
    } else {
      recent[next] = entry
      next = (next + 1) % Self.limit
    }
  }

  /// `nil` where it was never opened, or long ago.
  func ending(of stream: UInt32) -> Ending? {
    // The newest first: a stream that was known to be over may have been reset after that.
    var index = next
    for _ in recent.indices {
      index = (index == 0 ? recent.count : index) - 1
      if recent[index] & ~Self.resetBit == stream { return recent[index] & Self.resetBit == 0 ? .known : .reset }
    }
    return nil
  }
}
