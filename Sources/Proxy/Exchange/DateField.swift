import Time

/// The current `Date`, made anew at most once a second, where an answer needs one of ours.
struct DateField: ~Copyable {
  private var stamp = HTTPDateStamp()

  mutating func update(to wall: WallTime) { stamp.update(to: wall) }

  func withValue<E: Error>(_ body: (Span<UInt8>) throws(E) -> Void) throws(E) { try stamp.withSpan(body) }
}
