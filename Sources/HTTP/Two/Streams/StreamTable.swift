/// The streams of a connection: those that are open, and those whose place is not free yet.
struct StreamTable {
  private var streams: [HTTP2Stream] = []
  private var free: [Int] = []

  /// Places taken.
  var count: Int { streams.count - free.count }
  /// Places there are: all slots are below it.
  var places: Int { streams.count }

  /// The place of a stream that is neither closed nor idle.
  func slot(of id: UInt32) -> Int? {
    var slot = 0
    while slot < streams.count {
      if streams[slot].id == id { return streams[slot].isClosed ? nil : slot }
      slot += 1
    }
    return nil
  }

  mutating func insert(_ stream: HTTP2Stream) -> Int {
    if let slot = free.popLast() {
      streams[slot] = stream
      return slot
    }
    streams.append(stream)
    return streams.count - 1
  }

  /// The place is free from now on.
  mutating func remove(_ slot: Int) {
    guard streams[slot].id != 0 else { return }
    streams[slot] = HTTP2Stream()
    free.append(slot)
  }

  subscript(slot: Int) -> HTTP2Stream {
    _read { yield streams[slot] }
    _modify { yield &streams[slot] }
  }

  /// A change of the initial window moves all that are open (RFC 9113 §6.9.2).
  ///
  /// - Returns: `false` where a window leaves its range.
  mutating func moveSendWindows(by difference: Int32) -> Bool {
    for slot in streams.indices where streams[slot].id != 0 {
      guard streams[slot].sendWindow.open(by: difference) else { return false }
    }
    return true
  }
}
