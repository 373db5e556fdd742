/// A fixed number of elements on the heap, borrowed in place. An `InlineArray` of a kilobyte is copied to the stack
/// whenever a borrowed struct lends it (measured: 125 instructions each); this is a pointer.
@safe public struct FixedBuffer<Element>: ~Copyable {
  @usableFromInline let base: UnsafeMutablePointer<Element>
  /// Elements, 1 or more.
  public let count: Int

  public init(repeating element: Element, count: Int) {
    self.count = Swift.max(1, count)
    unsafe base = .allocate(capacity: self.count)
    unsafe base.initialize(repeating: element, count: self.count)
  }

  // Proof: `base` has `count` initialised elements from `init` to here and belongs to this value alone.
  deinit {
    unsafe base.deinitialize(count: count)
    unsafe base.deallocate()
  }

  /// All elements; ends with the next change.
  @inlinable public var span: Span<Element> {
    @_lifetime(borrow self) get {
      let span = unsafe Span<Element>(_unsafeStart: base, count: count)
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }

  /// `index` is from 0 to below `count`.
  @inlinable public subscript(index: Int) -> Element {
    _read {
      precondition(holds(index))
      yield unsafe base[index]
    }
    _modify {
      precondition(holds(index))
      yield unsafe &base[index]
    }
  }

  /// One comparison: a negative index is a large one.
  @inlinable func holds(_ index: Int) -> Bool { UInt(bitPattern: index) < UInt(bitPattern: count) }
}
