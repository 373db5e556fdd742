/// Octets that are written anew again and again: they grow where they must and keep their room. An array does the same
/// for three times the instructions, since each append asks whether someone else holds it. One owner, one thread.
@safe public struct OctetBuffer: ~Copyable {
  private var base: UnsafeMutablePointer<UInt8>
  /// Octets that fit without growing.
  private var capacity: Int
  public private(set) var count = 0

  /// - Parameter capacity: octets that fit at once, 1 or more.
  public init(capacity: Int = 256) {
    self.capacity = Swift.max(1, capacity)
    unsafe base = .allocate(capacity: self.capacity)
  }

  // Proof: `base` is allocated for `capacity` octets, of which `count` are initialised, and belongs to this value alone.
  deinit { unsafe base.deallocate() }

  /// Whether there is none.
  public var isEmpty: Bool { count == 0 }

  /// All octets; ends with the next change.
  public var span: Span<UInt8> {
    @_lifetime(borrow self) get {
      let span = unsafe Span<UInt8>(_unsafeStart: base, count: count)
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }

  /// `index` is from 0 to below `count`.
  public subscript(index: Int) -> UInt8 {
    get {
      precondition(index >= 0 && index < count)
      return unsafe base[index]
    }
    set {
      precondition(index >= 0 && index < count)
      unsafe base[index] = newValue
    }
  }

  /// Grows to twice the room where there is none.
  public mutating func append(_ octet: UInt8) {
    if count == capacity { grow(by: 1) }
    unsafe base[count] = octet
    count &+= 1
  }

  /// Grows to twice the room, or to what is needed, where there is not enough.
  public mutating func append(_ octets: Span<UInt8>) {
    if capacity &- count < octets.count { grow(by: octets.count) }
    unsafe octets.withUnsafeBufferPointer { source in
      if let address = source.baseAddress { unsafe (base + count).update(from: address, count: source.count) }
    }
    count &+= octets.count
  }

  /// Drops what is behind the first `count` octets; keeps the room.
  public mutating func truncate(to count: Int) { self.count = Swift.max(0, Swift.min(count, self.count)) }

  /// Drops everything; keeps the room.
  public mutating func removeAll() { count = 0 }

  private mutating func grow(by octets: Int) {
    let larger = Swift.max(capacity * 2, count + octets)
    let block = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
    unsafe block.update(from: base, count: count)
    unsafe base.deallocate()
    unsafe base = block
    capacity = larger
  }
}
