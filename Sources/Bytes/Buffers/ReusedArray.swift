/// Elements that are filled in anew again and again, in storage that is kept: emptying it is one store, where
/// `Array.removeAll(keepingCapacity:)` costs a hundred instructions. A value as an array is: a copy shares the storage
/// until one of both changes.
@safe public struct ReusedArray<Element: BitwiseCopyable & Sendable>: Sendable {
  /// Elements from `used` on are left over from before.
  @usableFromInline var storage: [Element] = []
  /// At most `storage.count`.
  @usableFromInline var used = 0
  /// What new storage is filled with.
  @usableFromInline let filler: Element

  /// - Parameter filler: any element; it is never seen.
  public init(filler: Element) { self.filler = filler }

  @inlinable public var count: Int { used }
  @inlinable public var isEmpty: Bool { used == 0 }
  /// Elements that memory is reserved for, `count` or more.
  @inlinable public var capacity: Int { storage.capacity }

  /// The elements; ends with the next change.
  @inlinable public var span: Span<Element> {
    // Proof of safety: `used` is at most `storage.count`.
    @_lifetime(borrow self) get { unsafe storage.span.extracting(unchecked: 0..<used) }
  }

  /// `index` is from 0 to below `count`.
  @inlinable public subscript(index: Int) -> Element {
    get {
      precondition(index >= 0 && index < used)
      return storage[index]
    }
    set {
      precondition(index >= 0 && index < used)
      storage[index] = newValue
    }
  }

  @inlinable public mutating func removeAll() { used = 0 }

  /// - Parameter number: at most `count`.
  @inlinable public mutating func removeLast(_ number: Int) { used = Swift.max(0, used &- Swift.max(0, number)) }

  /// One more, in room that is made where there is none.
  @inlinable public mutating func append(_ element: Element) {
    append(addingCapacity: 1) { output in output.append(element) }
  }

  /// As `Array` has it: makes room once, and counts what `fill` has put there; nothing where it throws.
  ///
  /// - Parameter room: elements, 0 or more.
  @inlinable @inline(__always) public mutating func append<E: Error>(
    addingCapacity room: Int, initializingWith fill: (inout OutputSpan<Element>) throws(E) -> Void
  ) throws(E) {
    precondition(room >= 0)
    if room > storage.count &- used { grow(room) }
    let used = used
    // Proof of safety: the storage is initialised up to its count, which the room does not exceed, and stays so
    // whatever of it is written: elements are bits.
    self.used =
      used
      &+ (try unsafe storage.withUnsafeMutableBufferPointer { block throws(E) in
        let free = unsafe UnsafeMutableBufferPointer(start: block.baseAddress.map { unsafe $0 + used }, count: room)
        var output = unsafe OutputSpan(buffer: free, initializedCount: 0)
        try fill(&output)
        return unsafe output.finalize(for: free)
      })
  }

  // Inlinable, so that it is specialised where it is used: through metadata it costs 25,000 instructions.
  @inlinable @inline(never) mutating func grow(_ room: Int) {
    let wanted = Swift.max(used + room, storage.isEmpty ? 0 : storage.count * 2)
    storage.append(contentsOf: repeatElement(filler, count: wanted - storage.count))
  }
}

extension ReusedArray: Equatable where Element: Equatable {
  public static func == (left: ReusedArray, right: ReusedArray) -> Bool {
    left.storage[..<left.used] == right.storage[..<right.used]
  }
}

/// For tests, and what runs seldom; on the hit path there is `span`.
extension ReusedArray: RandomAccessCollection {
  public var startIndex: Int { 0 }
  public var endIndex: Int { used }
}

/// Building text, as arrays of octets do.
extension ReusedArray where Element == UInt8 {
  public init() { self.init(filler: 0) }

  /// Copies octets.
  @inlinable public mutating func append(_ octets: Span<UInt8>) {
    append(addingCapacity: octets.count) { output in output.append(octets) }
  }

  /// ASCII text.
  @inlinable public mutating func append(_ text: StaticString) {
    append(addingCapacity: text.utf8CodeUnitCount) { output in output.append(text) }
  }

  /// A decimal number without leading zeros.
  @inlinable public mutating func append(decimal number: UInt64) {
    append(addingCapacity: 20) { output in output.append(decimal: number) }
  }
}
