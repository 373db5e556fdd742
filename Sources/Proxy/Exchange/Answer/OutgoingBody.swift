import Bytes
import Cache

/// The octets of an answer's body on their way to the client, in slices of shared chunks, and whether more will come.
struct OutgoingBody: ~Copyable {
  /// What a streamed body may hold beyond one read of the origin; the origin waits while there is more.
  static let window = 65_536

  private enum End { case open, whole, cut }

  /// A body from memory, whole from the start.
  private var stored: StoredResponse?
  /// What came piece by piece.
  private var streamed: [Slice] = []
  /// The first slice that is not consumed, and how much of it is.
  private var first = 0
  private var firstConsumed = 0
  private var end = End.open
  /// Octets that are not consumed.
  private(set) var octets = 0

  var isOpen: Bool { end == .open }

  mutating func reset() {
    removeAll()
    end = .open
  }

  /// Is the body of `response`, whole, after `reset`.
  mutating func assign(_ response: consuming StoredResponse) {
    octets = response.bodyOctets
    stored = response
    end = .whole
  }

  mutating func append(_ slice: Slice) {
    guard slice.count > 0 else { return }
    streamed.append(slice)
    octets += slice.count
  }

  /// No more will come.
  mutating func finish() { if end == .open { end = .whole } }

  /// It can't be finished; what was not consumed is dropped.
  mutating func cut() {
    reset()
    end = .cut
  }

  /// Adds slices of up to `limit` octets without consuming them.
  func gather(into target: inout Slices, limit: Int) -> ExchangeSupply {
    switch end {
    case .cut: return .cut
    case .open, .whole: break
    }
    let isLast =
      stored.map { gather($0.body, into: &target, limit) } ?? gather(streamed, into: &target, limit)
    return isLast && end == .whole ? .last : .more
  }

  /// Whether with them all that is here was added.
  private func gather(_ slices: [Slice], into target: inout Slices, _ limit: Int) -> Bool {
    var room = limit
    var index = first
    var skipped = firstConsumed
    while index < slices.count, room > 0, !target.isFull {
      let left = slices[index].count &- skipped
      if left > room {
        target.append(slices[index].dropping(first: skipped).prefix(room))
        return false
      }
      target.append(skipped == 0 ? slices[index] : slices[index].dropping(first: skipped))
      room &-= left
      skipped = 0
      index &+= 1
    }
    return index == slices.count
  }

  mutating func consume(_ count: Int) {
    var rest = Swift.min(count, octets)
    octets -= rest
    // Most go at once.
    guard octets > 0 || end == .open else { return removeAll() }
    if let stored { advance(over: stored.body, by: &rest) } else { advance(over: streamed, by: &rest) }
    guard first > 0, !streamed.isEmpty else { return }
    if first == streamed.count {
      streamed.removeAll(keepingCapacity: true)
      first = 0
    } else if first >= 32 {
      streamed.removeFirst(first)
      first = 0
    }
  }

  /// Nothing is left, and its end stays.
  private mutating func removeAll() {
    stored = nil
    if !streamed.isEmpty { streamed.removeAll(keepingCapacity: streamed.count <= 64) }
    (first, firstConsumed, octets) = (0, 0, 0)
  }

  private mutating func advance(over slices: [Slice], by rest: inout Int) {
    while rest > 0, first < slices.count {
      let left = slices[first].count &- firstConsumed
      if left > rest {
        firstConsumed &+= rest
        return
      }
      rest &-= left
      (first, firstConsumed) = (first + 1, 0)
    }
  }
}

/// What a session was given to send.
public enum ExchangeSupply: Equatable, Sendable {
  /// There may be more to come.
  case more
  /// With it the body is whole.
  case last
  /// The body can't be finished: it must end so that nobody takes it for whole.
  case cut
}
