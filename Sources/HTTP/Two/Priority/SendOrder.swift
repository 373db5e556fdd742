/// Whose octets are sent next (RFC 9218 §10): the soonest urgency first, in it what is whole only at its end in the
/// order of its requests, and what is of use in parts by turns. Every eighth frame goes to who waited longest, so that
/// nobody starves.
struct SendOrder {
  private static let share: UInt64 = 8
  private var frames: UInt64 = 0

  /// - Returns: the place of the stream that may send a frame; `nil` where none has octets and room for them.
  mutating func next(of streams: borrowing StreamTable) -> Int? {
    var best: Int?
    let isForAll = frames % Self.share == Self.share - 1
    for slot in 0..<streams.places where streams[slot].isReady && streams[slot].sendWindow.isOpen {
      guard let other = best else {
        best = slot
        continue
      }
      if isForAll ? streams[slot].served < streams[other].served : precedes(streams[slot], streams[other]) {
        best = slot
      }
    }
    return best
  }

  /// A frame of that stream was sent.
  mutating func sent(_ stream: inout HTTP2Stream) {
    frames += 1
    stream.served = frames
  }

  /// For a stream that has just come: nobody has waited shorter.
  var now: UInt64 { frames }

  private func precedes(_ one: borrowing HTTP2Stream, _ other: borrowing HTTP2Stream) -> Bool {
    if one.priority.urgency != other.priority.urgency { return one.priority.urgency < other.priority.urgency }
    if one.priority.isIncremental != other.priority.isIncremental { return !one.priority.isIncremental }
    return one.priority.isIncremental ? one.served < other.served : one.id < other.id
  }
}
