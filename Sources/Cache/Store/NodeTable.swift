import Bytes
import Time

/// One place of a shard: what is found under a key, and at once one bucket of the index. A node whose key is empty is
/// free.
struct Node: Sendable {
  var hash: UInt64 = 0
  var key: [UInt8] = []
  var content = Content.none
  /// The fetch under way for this key.
  var fill: Fill?
  /// Octets that `content` and `key` count for.
  var cost = 0
  /// Of the bucket with this node's index: the first node of its chain.
  var bucket = NodeTable.none
  /// In the chain of a bucket, or among the free.
  var next = NodeTable.none
  /// In the eviction's queue.
  var newer = NodeTable.none
  var older = NodeTable.none
  var isVisited = false
}

/// What is stored under a key.
enum Content: Sendable {
  case none
  case response(StoredResponse)
  /// The answers vary: look under the key that the request's fields extend.
  case varies(VarySpec)
  case unshared(Unshared)
}

/// Remembers that the last answer could not be shared (hit-for-miss).
struct Unshared: Equatable, Sendable {
  let until: Instant
  /// Whether requests are passed; otherwise each fetches on its own and may store what it gets.
  let passes: Bool
}

/// The nodes of one shard and their index by hash. It grows by segments, each as large as all before it, which are made
/// outside the lock; no node ever moves and nothing is hashed again at once, since buckets split one at an insertion
/// (linear hashing: Litwin, VLDB 1980).
struct NodeTable: ~Copyable {
  static let none = UInt32.max
  /// Nodes of the first segment.
  private static let base = 64
  private static let segmentLimit = 22

  private var segments = FixedBuffer<[Node]>(repeating: [], count: NodeTable.segmentLimit)
  private(set) var segmentCount = 0
  /// Nodes ever used; those behind are fresh.
  private var used = 0
  private var free = Self.none
  private(set) var count = 0
  private var bucketCount = Self.base

  init() { addSegment(Self.makeSegment(0)) }

  /// For `segmentCount` as it is, so that whoever holds no lock can make it.
  static func makeSegment(_ index: Int) -> [Node] {
    [Node](repeating: Node(), count: index == 0 ? base : base << (index - 1))
  }

  private var capacity: Int { Self.base << (segmentCount - 1) }
  /// Whether a node can be taken without another segment.
  var hasRoom: Bool { free != Self.none || used < capacity }
  var isFull: Bool { segmentCount == Self.segmentLimit }
  /// Octets of memory.
  var octets: Int { capacity * MemoryLayout<Node>.stride }
  /// Octets that the next segment adds.
  var growth: Int { capacity * MemoryLayout<Node>.stride }

  /// - Parameter segment: of `makeSegment(segmentCount)`.
  mutating func addSegment(_ segment: [Node]) {
    guard segmentCount < Self.segmentLimit else { return }
    segments[segmentCount] = segment
    segmentCount += 1
  }

  /// `index` is of a node of this table.
  subscript(index: UInt32) -> Node {
    @inline(__always) _read {
      let place = Self.place(index)
      yield segments[place.segment][place.offset]
    }
    @inline(__always) _modify {
      let place = Self.place(index)
      yield &segments[place.segment][place.offset]
    }
  }

  @inline(__always) private static func place(_ index: UInt32) -> (segment: Int, offset: Int) {
    let high = index / UInt32(base)
    if high == 0 { return (0, Int(index)) }
    let level = UInt32.bitWidth - 1 - high.leadingZeroBitCount
    return (level + 1, Int(index) - base << level)
  }

  @inline(__always) private func bucket(of hash: UInt64) -> UInt32 {
    let level = Int.bitWidth - 1 - (bucketCount / Self.base).leadingZeroBitCount
    let whole = UInt64(Self.base << level)
    let wide = hash & (whole * 2 - 1)
    return UInt32(truncatingIfNeeded: wide < UInt64(bucketCount) ? wide : hash & (whole - 1))
  }

  /// The node of a key, or `none`.
  func find(_ key: Span<UInt8>, hash: UInt64) -> UInt32 {
    var index = self[bucket(of: hash)].bucket
    while index != Self.none {
      if self[index].hash == hash, self[index].key.span.equals(key) { return index }
      index = self[index].next
    }
    return Self.none
  }

  /// A new node; `hasRoom` and the key is not there.
  mutating func insert(_ key: [UInt8], hash: UInt64) -> UInt32 {
    let index: UInt32
    if free != Self.none {
      index = free
      free = self[index].next
    } else {
      index = UInt32(truncatingIfNeeded: used)
      used += 1
    }
    count += 1
    self[index].key = key
    self[index].hash = hash
    let bucket = bucket(of: hash)
    self[index].next = self[bucket].bucket
    self[bucket].bucket = index
    if count > bucketCount, bucketCount < capacity { split() }
    return index
  }

  /// Takes a node out of the index and frees it. What it held has been taken from it, but the key, which is returned.
  mutating func remove(_ index: UInt32) -> [UInt8] {
    let bucket = bucket(of: self[index].hash)
    if self[bucket].bucket == index {
      self[bucket].bucket = self[index].next
    } else {
      var before = self[bucket].bucket
      while before != Self.none, self[before].next != index { before = self[before].next }
      if before != Self.none { self[before].next = self[index].next }
    }
    count -= 1
    let key = self[index].key
    self[index].key = []
    self[index].next = free
    free = index
    return key
  }

  /// One more bucket: takes its nodes from the one that held them so far.
  private mutating func split() {
    let level = Int.bitWidth - 1 - (bucketCount / Self.base).leadingZeroBitCount
    let old = UInt32(truncatingIfNeeded: bucketCount - Self.base << level)
    let new = UInt32(truncatingIfNeeded: bucketCount)
    bucketCount += 1
    var index = self[old].bucket
    var (kept, moved) = (Self.none, Self.none)
    while index != Self.none {
      let next = self[index].next
      if bucket(of: self[index].hash) == new {
        self[index].next = moved
        moved = index
      } else {
        self[index].next = kept
        kept = index
      }
      index = next
    }
    self[old].bucket = kept
    self[new].bucket = moved
  }
}
