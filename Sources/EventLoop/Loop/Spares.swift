import Synchronization

/// Objects of one thread that wait to be used again, the one used last first. Taking and giving are one move each: no
/// reference is counted, nothing is checked at run time.
@safe public final class Spares<Element: AnyObject> {
  // Proof: the first `count` places are initialised, each holding one reference that is moved in and out; the loop's
  // thread alone calls, and no call leads to another.
  @usableFromInline let places: UnsafeMutablePointer<Element>
  // An atomic with one writer needs no dynamic check of exclusivity.
  @usableFromInline let count = Atomic(0)
  /// So many are kept.
  public let limit: Int

  /// - Parameter limit: 1 or more.
  public init(limit: Int) {
    self.limit = Swift.max(1, limit)
    unsafe places = .allocate(capacity: self.limit)
  }

  deinit {
    unsafe places.deinitialize(count: count.load(ordering: .relaxed))
    unsafe places.deallocate()
  }

  /// The one given last; `nil` where none waits.
  @inlinable public func take() -> Element? {
    let last = count.load(ordering: .relaxed) &- 1
    guard last >= 0 else { return nil }
    count.store(last, ordering: .relaxed)
    return unsafe (places + last).move()
  }

  /// Lets go of it where there are enough.
  @inlinable public func give(_ element: consuming Element) {
    let index = count.load(ordering: .relaxed)
    guard index < limit else { return }
    unsafe (places + index).initialize(to: element)
    count.store(index &+ 1, ordering: .relaxed)
  }
}
