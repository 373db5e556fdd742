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
  var isCut: Bool { end == .cut }
  /// Octets that are left, where no more will come.
  var whole: Int? { end == .whole ? octets : nil }

  mutating func reset() {
    if octets > 0 || stored != nil || !streamed.isEmpty { removeAll() }
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
    guard end != .cut else { return .cut }
    var room = limit
    var index = first
    var skipped = firstConsumed
    while room > 0, !target.isFull, let slice = slice(at: index) {
      let left = slice.count &- skipped
      if left > room {
        target.append(slice.dropping(first: skipped).prefix(room))
        return .more
      }
      if skipped == 0 { target.append(slice) } else { target.append(slice.dropping(first: skipped)) }
      room &-= left
      skipped = 0
      index &+= 1
    }
    return index == count && end == .whole ? .last : .more
  }

  /// Copies the rest of a body that is whole to the end of `output`, and consumes it.
  ///
  /// - Parameter limit: octets of it at most.
  /// - Returns: `false`, and nothing copied, where it is longer, not whole, or there is no room.
  mutating func move(to output: inout Buffer, limit: Int) -> Bool {
    guard end == .whole, octets <= limit, octets <= output.room else { return false }
    if octets > 0, firstConsumed == 0, first == 0, let response = stored.take() {
      for index in response.body.indices { response.body[index].withSpan { _ = output.append($0) } }
      octets = 0
      return true
    }
    while let slice = slice(at: first) {
      slice.withSpan { _ = output.append(firstConsumed == 0 ? $0 : $0.extracting(droppingFirst: firstConsumed)) }
      (first, firstConsumed) = (first &+ 1, 0)
    }
    removeAll()
    return true
  }

  /// Slices that are here, consumed ones among them.
  private var count: Int { stored?.body.count ?? streamed.count }

  private func slice(at index: Int) -> Slice? {
    guard index < count else { return nil }
    return stored?.body[index] ?? streamed[index]
  }

  mutating func consume(_ count: Int) {
    var rest = Swift.min(count, octets)
    octets -= rest
    // Most go at once.
    guard octets > 0 || end == .open else { return removeAll() }
    while rest > 0, let slice = slice(at: first) {
      let left = slice.count &- firstConsumed
      if left > rest {
        firstConsumed &+= rest
        break
      }
      rest &-= left
      (first, firstConsumed) = (first + 1, 0)
    }
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
