import Bytes
import Time

/// One part of the store, with a budget and a lock of its own (the lock is the store's). Under the lock nothing is
/// allocated and nothing large is freed: what an operation needs is made before, and what it takes out is handed back.
struct Shard: ~Copyable {
  /// What a look-up finds.
  enum Finding {
    case hit(StoredResponse)
    case varies(VarySpec)
    case underWay(Fill)
    case unshared(Unshared)
    /// Nothing to be used; what is stored and stale, if anything.
    case missing(stale: StoredResponse?)
  }

  /// How an insertion ended.
  enum Insertion: Equatable {
    case done
    /// Make room (or drop what was taken out) outside the lock, and come again.
    case again
    /// Come again with this segment of the table.
    case needsSegment(Int)
    case refused
  }

  /// Octets that it may hold, its table included.
  let budget: Int
  /// Fills under way that it may hold.
  let fillLimit: Int
  private var nodes = NodeTable()
  private var queue = EvictionQueue()
  /// Octets of all contents and keys.
  private var held = 0
  private(set) var figures = ShardFigures()

  init(budget: Int, fillLimit: Int) { (self.budget, self.fillLimit) = (budget, fillLimit) }

  /// Octets, the table included; at most `budget` but for the table of an empty shard.
  var octets: Int { held + nodes.octets }

  // MARK: Looking up

  /// Sets one bit where it finds something; changes nothing else.
  mutating func find(_ key: Span<UInt8>, hash: UInt64, at now: Instant) -> Finding {
    let index = nodes.find(key, hash: hash)
    guard index != NodeTable.none else { return .missing(stale: nil) }
    var stale: StoredResponse?
    switch nodes[index].content {
    case .varies(let spec):
      nodes[index].isVisited = true
      return .varies(spec)
    case .response(let response):
      nodes[index].isVisited = true
      if response.head.isFresh(at: now) {
        figures.hits &+= 1
        return .hit(response)
      }
      stale = response
    case .unshared(let unshared):
      if now < unshared.until {
        nodes[index].isVisited = true
        return .unshared(unshared)
      }
    case .none: break
    }
    if let fill = nodes[index].fill { return .underWay(fill) }
    return .missing(stale: stale)
  }

  // MARK: Fills

  /// Enters a fill under a key that has none. The caller has looked in the same hold of the lock.
  mutating func enter(_ fill: Fill, key: [UInt8], hash: UInt64, taken: inout Remains) -> Insertion {
    guard figures.fills < fillLimit else { return .refused }
    var index = nodes.find(key.span, hash: hash)
    if index == NodeTable.none {
      let prepared = prepare(cost: 0, taken: &taken)
      guard prepared == .done else { return prepared }
      index = nodes.insert(key, hash: hash)
    }
    guard nodes[index].fill == nil else { return .refused }
    nodes[index].fill = fill
    figures.fills += 1
    return .done
  }

  /// Takes a fill out, if it is still the one under this key.
  mutating func leave(_ fill: Fill, key: Span<UInt8>, hash: UInt64, taken: inout Remains) {
    let index = nodes.find(key, hash: hash)
    guard index != NodeTable.none, nodes[index].fill === fill else { return }
    nodes[index].fill = nil
    figures.fills -= 1
    freeIfEmpty(index, taken: &taken)
  }

  func holds(_ fill: Fill, key: Span<UInt8>, hash: UInt64) -> Bool {
    let index = nodes.find(key, hash: hash)
    return index != NodeTable.none && nodes[index].fill === fill
  }

  // MARK: Contents

  /// Puts a content under a key in place of what is there.
  ///
  /// - Parameter octets: what the content counts for, without its key.
  mutating func store(
    _ content: Content, octets: Int, key: [UInt8], hash: UInt64, taken: inout Remains
  ) -> Insertion {
    let cost = octets + key.count + Self.keyOverhead
    guard !taken.isFull else { return .again }
    // What is replaced goes first: both at once need not fit.
    clear(key.span, hash: hash, taken: &taken)
    let prepared = prepare(cost: cost, taken: &taken)
    guard prepared == .done else { return prepared }
    var index = nodes.find(key.span, hash: hash)
    if index == NodeTable.none { index = nodes.insert(key, hash: hash) }
    nodes[index].content = content
    nodes[index].cost = cost
    held += cost
    queue.add(index, in: &nodes)
    if case .response = content {
      figures.stored &+= 1
      figures.objects += 1
    }
    return .done
  }

  /// Takes out what is stored under a key; a fill stays.
  mutating func clear(_ key: Span<UInt8>, hash: UInt64, taken: inout Remains) {
    let index = nodes.find(key, hash: hash)
    guard index != NodeTable.none, !taken.isFull else { return }
    takeContent(index, taken: &taken)
    freeIfEmpty(index, taken: &taken)
  }

  /// Takes out what is stored under a key, and the fill: those who read it go on, others do not find it.
  mutating func forget(_ key: Span<UInt8>, hash: UInt64, taken: inout Remains) {
    let index = nodes.find(key, hash: hash)
    guard index != NodeTable.none, !taken.isFull else { return }
    if nodes[index].fill != nil {
      nodes[index].fill = nil
      figures.fills -= 1
    }
    takeContent(index, taken: &taken)
    freeIfEmpty(index, taken: &taken)
  }

  /// The same where it is a marker that answers vary.
  mutating func clearMarker(_ key: Span<UInt8>, hash: UInt64, taken: inout Remains) {
    let index = nodes.find(key, hash: hash)
    guard index != NodeTable.none, case .varies = nodes[index].content else { return }
    clear(key, hash: hash, taken: &taken)
  }

  /// Whether a fresh response is under a key. Counts as no hit.
  func holdsFresh(_ key: Span<UInt8>, hash: UInt64, at now: Instant) -> Bool {
    let index = nodes.find(key, hash: hash)
    guard index != NodeTable.none, case .response(let response) = nodes[index].content else { return false }
    return response.head.isFresh(at: now)
  }

  /// The spec under a key, if its answers vary.
  func spec(_ key: Span<UInt8>, hash: UInt64) -> VarySpec? {
    let index = nodes.find(key, hash: hash)
    guard index != NodeTable.none, case .varies(let spec) = nodes[index].content else { return nil }
    return spec
  }

  mutating func add(segment: [Node], at index: Int) {
    if nodes.segmentCount == index { nodes.addSegment(segment) }
  }

  // MARK: Room

  /// Makes room for `cost` octets and one node.
  private mutating func prepare(cost: Int, taken: inout Remains) -> Insertion {
    let needsSegment = !nodes.hasRoom
    if needsSegment, nodes.isFull { return .refused }
    let wanted = cost + (needsSegment ? nodes.growth : 0)
    guard wanted + nodes.octets <= budget else { return .refused }
    var steps = 256
    while octets + wanted > budget {
      // Cannot be, while what is held is what is counted; a loop without end would be worse than a miss.
      guard !queue.isEmpty else { return .refused }
      guard !taken.isFull, let victim = queue.victim(in: &nodes, steps: &steps) else { return .again }
      if case .response = nodes[victim].content { figures.evicted &+= 1 }
      takeContent(victim, taken: &taken)
      freeIfEmpty(victim, taken: &taken)
    }
    return needsSegment && !nodes.hasRoom ? .needsSegment(nodes.segmentCount) : .done
  }

  private mutating func takeContent(_ index: UInt32, taken: inout Remains) {
    if case .none = nodes[index].content { return }
    if case .response = nodes[index].content { figures.objects -= 1 }
    queue.remove(index, in: &nodes)
    held -= nodes[index].cost
    nodes[index].cost = 0
    var content = Content.none
    swap(&content, &nodes[index].content)
    taken.add(content: content)
  }

  private mutating func freeIfEmpty(_ index: UInt32, taken: inout Remains) {
    guard nodes[index].fill == nil, case .none = nodes[index].content else { return }
    taken.add(key: nodes.remove(index))
  }

  /// The head of a key's array, rounded up as malloc does; the node is counted with the table.
  static let keyOverhead = 48
}

/// What was taken out of a shard, to be dropped when its lock is released.
struct Remains: ~Copyable {
  private var contents = InlineArray<16, Content>(repeating: .none)
  private var keys = InlineArray<16, [UInt8]>(repeating: [])
  private var count = 0
  private var keyCount = 0

  var isFull: Bool { count >= 15 || keyCount >= 15 }

  mutating func add(content: Content) {
    guard count < 16 else { return }
    contents[count] = content
    count += 1
  }

  mutating func add(key: [UInt8]) {
    guard keyCount < 16 else { return }
    keys[keyCount] = key
    keyCount += 1
  }
}

/// Counts of one shard, kept under its lock.
struct ShardFigures: Equatable, Sendable {
  var objects = 0
  var hits: UInt64 = 0
  var stored: UInt64 = 0
  var evicted: UInt64 = 0
  var fills = 0
}
