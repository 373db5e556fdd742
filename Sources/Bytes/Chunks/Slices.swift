import Glibc

/// Up to 16 slices that leave in one write. It holds their chunks for as long, and keeps them in the form in which the
/// kernel wants them.
@safe public struct Slices: ~Copyable {
  public static let limit = 16

  private var slots = FixedBuffer<Slice?>(repeating: nil, count: Slices.limit)
  /// One for each slice, behind the place of a head. Proof: a vector is read only while its slice is in `slots`, which
  /// retains the chunk.
  @usableFromInline let vectors = unsafe FixedBuffer<iovec>(
    repeating: iovec(iov_base: nil, iov_len: 0), count: Slices.limit + 1)
  /// Slices, 0 to `limit`.
  public internal(set) var count = 0
  /// The sum of the slices' octets.
  public private(set) var octets = 0

  public init() {}

  public var isFull: Bool { count == Self.limit }

  /// `false`, and nothing added, where it is full. An empty slice takes no place.
  @discardableResult public mutating func append(_ slice: consuming Slice) -> Bool {
    guard slice.count > 0 else { return true }
    guard count < Self.limit else { return false }
    octets &+= slice.count
    unsafe vectors.base[count &+ 1] = unsafe iovec(
      iov_base: UnsafeMutableRawPointer(mutating: slice.chunk.base + slice.start), iov_len: slice.count)
    slots[count] = slice
    count &+= 1
    return true
  }

  /// Lets go of all.
  public mutating func removeAll() {
    var index = 0
    while index < count {
      slots[index] = nil
      index &+= 1
    }
    (count, octets) = (0, 0)
  }

  public subscript(index: Int) -> Slice? { index >= 0 && index < count ? slots[index] : nil }

  /// Lends head and slices as `writev` takes them, without a place for a head that is empty.
  ///
  /// - Parameter body: gets the first vector and how many there are, 0 to 17.
  @unsafe @inlinable public func withVectors<Result>(
    behind head: Span<UInt8>, _ body: (UnsafePointer<iovec>, Int) -> Result
  ) -> Result {
    unsafe head.withUnsafeBytes { raw in
      guard !head.isEmpty else { return unsafe body(vectors.base + 1, count) }
      unsafe vectors.base[0] = unsafe iovec(
        iov_base: UnsafeMutableRawPointer(mutating: raw.baseAddress), iov_len: raw.count)
      return unsafe body(vectors.base, count &+ 1)
    }
  }
}
