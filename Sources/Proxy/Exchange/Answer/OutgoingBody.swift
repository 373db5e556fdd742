import Bytes

/// The octets of an answer's body on their way to the client, in slices of shared chunks, and whether more will come.
struct OutgoingBody: ~Copyable {
  /// What a streamed body may hold beyond one read of the origin; the origin waits while there is more.
  static let window = 65_536

  private enum End { case open, whole, cut }

  private var slices: [Slice] = []
  /// The first slice that is not consumed.
  private var first = 0
  private var end = End.open
  /// Octets that are not consumed.
  private(set) var octets = 0

  var isOpen: Bool { end == .open }

  mutating func reset() {
    slices.removeAll(keepingCapacity: slices.count <= 64)
    (first, octets, end) = (0, 0, .open)
  }

  mutating func append(_ slice: Slice) {
    guard slice.count > 0 else { return }
    slices.append(slice)
    octets += slice.count
  }

  /// No more will come.
  mutating func finish() { if end == .open { end = .whole } }

  /// It can't be finished; what was not consumed is dropped.
  mutating func cut() {
    slices.removeAll()
    (first, octets, end) = (0, 0, .cut)
  }

  /// Adds slices of up to `limit` octets without consuming them.
  func gather(into target: inout Slices, limit: Int) -> ExchangeSupply {
    guard end != .cut else { return .cut }
    var room = limit
    var index = first
    while index < slices.count, room > 0, !target.isFull {
      let slice = slices[index]
      if slice.count > room {
        target.append(slice.prefix(room))
        return .more
      }
      target.append(slice)
      room -= slice.count
      index += 1
    }
    return end == .whole && index == slices.count ? .last : .more
  }

  mutating func consume(_ count: Int) {
    var rest = Swift.min(count, octets)
    octets -= rest
    while rest > 0, first < slices.count {
      let slice = slices[first]
      if slice.count > rest {
        slices[first] = slice.dropping(first: rest)
        return
      }
      rest -= slice.count
      first += 1
    }
    if first == slices.count {
      slices.removeAll(keepingCapacity: true)
      first = 0
    } else if first >= 32 {
      slices.removeFirst(first)
      first = 0
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
