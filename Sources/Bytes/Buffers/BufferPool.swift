import Glibc

/// The free buffers of one thread, last in, first out, so that a warm block is used again. An idle connection holds
/// none, and `trim` gives the memory of what a burst needed back to the system. Blocks are mapped by the MiB: a process
/// may have no more than 65,530 mappings, and connections hold more blocks than that.
@safe public final class BufferPool {
  // Proof: made in `init`, freed in `deinit`, of this object alone, on one thread. Each use is one operation that calls
  // nobody back, so no two overlap: a dynamic check of exclusivity (half of what taking a buffer cost) would never
  // find anything.
  @usableFromInline let small: UnsafeMutablePointer<FreeBlocks>
  @usableFromInline let large: UnsafeMutablePointer<FreeBlocks>

  public init() {
    unsafe (small, large) = (.allocate(capacity: 1), .allocate(capacity: 1))
    unsafe small.initialize(to: FreeBlocks(size: .small))
    unsafe large.initialize(to: FreeBlocks(size: .large))
  }

  deinit {
    unsafe small.pointee.unmap()
    unsafe large.pointee.unmap()
    unsafe small.deinitialize(count: 1)
    unsafe large.deinitialize(count: 1)
    unsafe small.deallocate()
    unsafe large.deallocate()
  }

  /// Buffers handed out and not given back.
  public var lent: Int { unsafe small.pointee.lent + large.pointee.lent }

  /// An empty buffer with a block of that size, for its holder until `give`. Traps where the system has no memory left.
  @inlinable public func take(_ size: BufferSize) -> Buffer {
    switch size {
    case .small: unsafe small.pointee.take()
    case .large: unsafe large.pointee.take()
    }
  }

  /// Takes back a buffer; what was in it is forgotten.
  @inlinable public func give(_ buffer: consuming Buffer) {
    guard buffer.capacity > 0 else { return }
    if buffer.capacity == BufferSize.small.rawValue {
      unsafe small.pointee.give(buffer)
    } else {
      unsafe large.pointee.give(buffer)
    }
  }

  /// Gives a buffer without a block one of that size; leaves one that has any as it is.
  @inlinable public func supply(_ buffer: inout Buffer, _ size: BufferSize) {
    if buffer.capacity == 0 { buffer = take(size) }
  }

  /// Moves the content to a large block, at its front. `false` where the buffer has one already.
  public func enlarge(_ buffer: inout Buffer) -> Bool {
    guard buffer.capacity < BufferSize.large.rawValue else { return false }
    var larger = take(.large)
    larger.append(buffer.readable)
    swap(&buffer, &larger)
    give(larger)
    return true
  }

  /// Takes the block out of a buffer; what was in it is forgotten.
  @inlinable public func reclaim(_ buffer: inout Buffer) {
    guard buffer.capacity > 0 else { return }
    var taken = Buffer()
    swap(&buffer, &taken)
    give(taken)
  }

  /// Gives back the memory of what has not been needed since the last call, and keeps its addresses. Call every few
  /// seconds.
  public func trim() {
    unsafe small.pointee.trim()
    unsafe large.pointee.trim()
  }
}

/// The free blocks of one size, each with the next one's address in its first octets, but for those without memory.
///
/// Proof of safety: a block is mapped for `size` octets and is in the list, among the cold ones or in one `Buffer`,
/// never in two of them.
@safe @usableFromInline struct FreeBlocks {
  /// Octets of a block.
  @usableFromInline let size: Int
  @usableFromInline var lent = 0
  @usableFromInline var first: UnsafeMutablePointer<UInt8>?
  @usableFromInline var count = 0
  /// The fewest blocks that lay free since the last trim: so many were never needed.
  @usableFromInline var idle = 0
  /// Blocks that are mapped and have no memory.
  private var cold: [UnsafeMutablePointer<UInt8>] = unsafe []

  /// Octets that are mapped at once.
  private static let slab = 1 << 20

  init(size: BufferSize) {
    self.size = size.rawValue
    unsafe first = nil
  }

  @inlinable mutating func take() -> Buffer {
    lent &+= 1
    guard let block = unsafe pop() else { return unsafe Buffer(block: takeCold(), capacity: size) }
    if count < idle { idle = count }
    return unsafe Buffer(block: block, capacity: size)
  }

  @inlinable mutating func give(_ buffer: consuming Buffer) {
    lent &-= 1
    let block = unsafe buffer.dissolve()
    unsafe UnsafeMutableRawPointer(block).storeBytes(of: first, as: UnsafeMutablePointer<UInt8>?.self)
    unsafe first = block
    count &+= 1
  }

  mutating func trim() {
    for _ in 0..<idle {
      guard let block = unsafe pop() else { break }
      unsafe _ = madvise(block, size, MADV_DONTNEED)
      unsafe cold.append(block)
    }
    idle = count
  }

  /// All that are free.
  mutating func unmap() {
    while let block = unsafe pop() { unsafe _ = munmap(block, size) }
    while let block = unsafe cold.popLast() { unsafe _ = munmap(block, size) }
  }

  @inlinable mutating func pop() -> UnsafeMutablePointer<UInt8>? {
    guard let block = unsafe first else { return nil }
    unsafe first = Self.successor(of: block)
    count &-= 1
    return unsafe block
  }

  @inlinable static func successor(of block: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8>? {
    unsafe UnsafeRawPointer(block).load(as: UnsafeMutablePointer<UInt8>?.self)
  }

  /// A block more.
  @usableFromInline mutating func takeCold() -> UnsafeMutablePointer<UInt8> {
    idle = 0
    if let block = unsafe cold.popLast() { return unsafe block }
    let pages = unsafe mmap(nil, Self.slab, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let pages = unsafe pages, unsafe pages != MAP_FAILED else {
      // As with malloc in the runtime: without memory there is no way on. Connections are bounded so that it holds.
      preconditionFailure("out of memory for a buffer of \(size) octets")
    }
    let block = unsafe pages.assumingMemoryBound(to: UInt8.self)
    for start in stride(from: size, to: Self.slab, by: size).reversed() { unsafe cold.append(block + start) }
    return unsafe block
  }
}
