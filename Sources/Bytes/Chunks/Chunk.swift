/// Octets that never change again and may be shared between threads: the currency of bodies. What is cached is sent
/// from its chunk without a copy.
@safe public final class Chunk: Sendable {
  /// Octets.
  public let count: Int
  // Proof: written only by initialisers, before anyone else can hold the chunk.
  @usableFromInline nonisolated(unsafe) let base: UnsafePointer<UInt8>

  /// A copy of `octets`.
  public init(copying octets: Span<UInt8>) {
    let block = UnsafeMutablePointer<UInt8>.allocate(capacity: Swift.max(octets.count, 1))
    unsafe octets.withUnsafeBufferPointer { source in
      if let address = source.baseAddress { unsafe block.initialize(from: address, count: source.count) }
    }
    unsafe base = UnsafePointer(block)
    count = octets.count
  }

  /// A copy of the text, in UTF-8. Not for the hot path.
  public convenience init(copying text: String) { self.init(copying: Array(text.utf8).span) }

  /// The octets of `slices`, one after the other: makes one chunk of many small ones.
  public init(joining slices: [Slice]) {
    let total = slices.reduce(0) { $0 + $1.count }
    let block = UnsafeMutablePointer<UInt8>.allocate(capacity: Swift.max(total, 1))
    var end = 0
    for slice in slices {
      unsafe (block + end).initialize(from: slice.chunk.base + slice.start, count: slice.count)
      end += slice.count
    }
    unsafe base = UnsafePointer(block)
    count = total
  }

  deinit { unsafe base.deallocate() }

  /// All octets; the span may be read for as long as the chunk is held.
  public var span: Span<UInt8> {
    @_lifetime(borrow self) get {
      let span = unsafe Span<UInt8>(_unsafeStart: base, count: count)
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }
}

/// A part of a chunk.
public struct Slice: Sendable {
  /// Held for as long as the slice is, whole.
  public let chunk: Chunk
  /// The first octet's place in the chunk, 0 to `chunk.count`.
  public let start: Int
  /// Octets; `start + count` is at most `chunk.count`.
  public let count: Int

  /// The range is clamped to the chunk.
  public init(_ chunk: Chunk, _ range: Range<Int>) {
    self.chunk = chunk
    start = Swift.max(0, Swift.min(range.lowerBound, chunk.count))
    count = Swift.max(0, Swift.min(range.upperBound, chunk.count) - start)
  }

  public init(_ chunk: Chunk) {
    self.chunk = chunk
    (start, count) = (0, chunk.count)
  }

  /// The slice without its first octets.
  public func dropping(first octets: Int) -> Slice {
    Slice(chunk, Swift.min(start + octets, start + count)..<start + count)
  }
  /// The slice's first octets.
  public func prefix(_ octets: Int) -> Slice { Slice(chunk, start..<start + Swift.min(octets, count)) }

  /// Lends the octets for the call.
  public func withSpan<Result, E: Error>(_ body: (Span<UInt8>) throws(E) -> Result) throws(E) -> Result {
    try body(chunk.span.extracting(start..<start + count))
  }
}
