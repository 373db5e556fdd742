import Glibc

/// A block of octets that is filled at its end and read from its start. Blocks come from a `BufferPool` and go back
/// to it; one that is dropped instead is unmapped. A buffer without a block is empty and has no room: what an idle
/// connection holds. One owner, one thread at a time.
@frozen @safe public struct Buffer: ~Copyable, Sendable {
  // Proof: the value can't be copied, so whoever has it is alone with its block; it moves to another thread whole.
  @usableFromInline nonisolated(unsafe) let base: UnsafeMutablePointer<UInt8>
  /// Octets, a `BufferSize`; 0 without a block.
  public let capacity: Int
  @usableFromInline var start = 0
  @usableFromInline var end = 0

  /// Proof of safety: `base` is mapped for `capacity` octets and owned by this value alone.
  @inlinable init(block: UnsafeMutablePointer<UInt8>, capacity: Int) {
    unsafe base = block
    self.capacity = capacity
  }

  /// Without a block: see `BufferPool.supply`.
  @inlinable public init() {
    // Never followed: nothing can be read or written where the capacity is 0.
    unsafe base = UnsafeMutablePointer(bitPattern: 4_096).unsafelyUnwrapped
    capacity = 0
  }

  deinit { if capacity > 0 { unsafe _ = munmap(base, capacity) } }

  /// Octets to be read.
  @inlinable public var count: Int { end &- start }
  @inlinable public var isEmpty: Bool { end == start }
  /// Octets that can be added without `compact`.
  @inlinable public var room: Int { capacity &- end }

  /// What is to be read. The span ends with the next change of the buffer.
  @inlinable public var readable: Span<UInt8> {
    @_lifetime(borrow self) get {
      let span = unsafe Span<UInt8>(_unsafeStart: base + start, count: end &- start)
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }

  /// Drops up to `octets` from the start.
  @inlinable public mutating func consume(_ octets: Int) {
    start &+= Swift.max(0, Swift.min(octets, count))
    if start == end { (start, end) = (0, 0) }
  }

  /// Drops everything.
  @inlinable public mutating func clear() { (start, end) = (0, 0) }

  /// Adds what fits and returns how much that was.
  @inlinable @inline(__always) @discardableResult public mutating func append(_ octets: Span<UInt8>) -> Int {
    let taken = Swift.min(octets.count, room)
    unsafe octets.withUnsafeBufferPointer { source in
      if let address = source.baseAddress { unsafe (base + end).update(from: address, count: taken) }
    }
    end &+= taken
    return taken
  }

  /// Adds ASCII text whole; `false` (and nothing added) where there is no room.
  // Inlined, so that a literal of known length becomes a few moves instead of a call of memcpy.
  @inlinable @inline(__always) @discardableResult public mutating func append(_ text: StaticString) -> Bool {
    let count = text.utf8CodeUnitCount
    guard count <= room else { return false }
    unsafe (base + end).update(from: text.utf8Start, count: count)
    end &+= count
    return true
  }

  /// Adds one octet; `false` (and nothing added) where there is no room.
  @inlinable @discardableResult public mutating func append(_ octet: UInt8) -> Bool {
    guard room > 0 else { return false }
    unsafe base[end] = octet
    end &+= 1
    return true
  }

  /// Lends free room to be written in order.
  ///
  /// - Parameter count: octets, 0 to `room`.
  /// - Returns: `false`, and nothing added, where there is no such room.
  @inlinable @inline(__always) @discardableResult public mutating func append(
    addingUpTo count: Int, _ fill: (inout OutputSpan<UInt8>) -> Void
  ) -> Bool {
    guard count >= 0, count <= room else { return false }
    // Proof of safety: the block is mapped for `capacity` octets, of which `end + count` are no more.
    let free = unsafe UnsafeMutableBufferPointer(start: base + end, count: count)
    var output = unsafe OutputSpan(buffer: free, initializedCount: 0)
    fill(&output)
    end &+= unsafe output.finalize(for: free)
    return true
  }

  /// Moves what is to be read to the front, so that `room` is all that is free.
  public mutating func compact() {
    guard start > 0 else { return }
    unsafe base.update(from: base + start, count: count)
    (start, end) = (0, count)
  }

  /// Lends the free room to a filler (a `recv`, a decryption), which says how many octets it put there.
  ///
  /// - Parameter fill: gets address and room, returns 0 to `room`; more is cut to `room`.
  @unsafe @inlinable public mutating func fill<E: Error>(
    _ fill: (UnsafeMutableRawPointer, Int) throws(E) -> Int
  ) throws(E) {
    let filled = try unsafe fill(UnsafeMutableRawPointer(base + end), room)
    end &+= Swift.max(0, Swift.min(filled, room))
  }

  /// Gives up ownership of the block without unmapping it.
  @inlinable consuming func dissolve() -> UnsafeMutablePointer<UInt8> {
    let block = unsafe base
    discard self
    return unsafe block
  }
}

/// What buffers there are.
public enum BufferSize: Int, Sendable, CaseIterable {
  /// 16 KiB: a request, a head, one TLS record.
  case small = 16_384
  /// 64 KiB: a head beyond 16 KiB, a body under way.
  case large = 65_536
}
