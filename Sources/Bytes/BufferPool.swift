import Glibc

/// The free buffers of one thread, last in, first out, so that a warm block is used again. Blocks are mapped one by
/// one and unmapped by `trim`: an idle connection holds none, and what a burst needed goes back to the system.
@safe public final class BufferPool {
  // One struct: one dynamic check of exclusivity a call.
  private var blocks = PoolBlocks()

  public init() {}

  /// Buffers handed out and not given back.
  public var lent: Int { blocks.small.lent + blocks.large.lent }

  /// An empty buffer of that size.
  public func take(_ size: BufferSize) -> Buffer { blocks.take(size) }

  /// Takes back a buffer; what was in it is forgotten.
  public func give(_ buffer: consuming Buffer) {
    guard buffer.capacity > 0 else { return }
    blocks.give(buffer)
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

  /// Unmaps what has not been needed since the last call. Call every few seconds.
  public func trim() {
    blocks.small.trim()
    blocks.large.trim()
  }
}

/// The free blocks of both sizes.
private struct PoolBlocks: ~Copyable {
  var small = FreeBlocks(size: .small)
  var large = FreeBlocks(size: .large)

  mutating func take(_ size: BufferSize) -> Buffer {
    switch size {
    case .small: small.take()
    case .large: large.take()
    }
  }

  mutating func give(_ buffer: consuming Buffer) {
    if buffer.capacity == BufferSize.small.rawValue { small.give(buffer) } else { large.give(buffer) }
  }
}

/// The free blocks of one size. Proof of safety: a block is in the list or in one `Buffer`, never in both.
@safe private struct FreeBlocks: ~Copyable {
  let size: BufferSize
  var lent = 0
  private var blocks: [UnsafeMutablePointer<UInt8>] = unsafe []
  /// The fewest blocks that lay free since the last trim: so many were never needed.
  private var idle = 0

  init(size: BufferSize) { self.size = size }

  deinit { for index in unsafe blocks.indices { unsafe _ = munmap(blocks[index], size.rawValue) } }

  mutating func take() -> Buffer {
    lent += 1
    if let block = unsafe blocks.popLast() {
      idle = Swift.min(idle, unsafe blocks.count)
      return unsafe Buffer(block: block, capacity: size.rawValue)
    }
    idle = 0
    let pages = unsafe mmap(nil, size.rawValue, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let pages = unsafe pages, unsafe pages != MAP_FAILED else {
      // As with malloc in the runtime: without memory there is no way on. Connections are bounded so that it holds.
      preconditionFailure("out of memory for a buffer of \(size.rawValue) octets")
    }
    return unsafe Buffer(block: pages.assumingMemoryBound(to: UInt8.self), capacity: size.rawValue)
  }

  mutating func give(_ buffer: consuming Buffer) {
    lent -= 1
    unsafe blocks.append(buffer.dissolve())
  }

  mutating func trim() {
    for _ in 0..<idle {
      guard let block = unsafe blocks.popLast() else { break }
      unsafe _ = munmap(block, size.rawValue)
    }
    idle = unsafe blocks.count
  }
}
