/// A range of octets in a head: 4 octets instead of 16, since a head is bounded below 64 KiB.
public struct ByteRange: Hashable, Sendable, BitwiseCopyable {
  public var start: UInt16
  public var count: UInt16

  @inlinable public init() { (start, count) = (0, 0) }

  /// What does not fit in 16 bits is clamped; heads are bounded below that.
  @inlinable public init(_ range: Range<Int>) {
    start = UInt16(clamping: range.lowerBound)
    count = UInt16(clamping: range.count)
  }

  /// Of what a parser bounded: `0 <= start <= end < 65,536`.
  @inlinable public init(from start: Int, to end: Int) {
    self.start = UInt16(truncatingIfNeeded: start)
    count = UInt16(truncatingIfNeeded: end &- start)
  }

  @inlinable public var isEmpty: Bool { count == 0 }
  @inlinable public var lowerBound: Int { Int(start) }
  @inlinable public var upperBound: Int { Int(start) + Int(count) }
  @inlinable public var range: Range<Int> { lowerBound..<upperBound }
}
