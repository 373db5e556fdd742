import Bytes
import HTTP
import Synchronization
import Time

/// What is kept in memory, shared by all workers: up to 16 shards, each with a lock, a budget and an eviction of its
/// own. A lock is held for a look-up or a change of one place, never over an allocation, the growth of a table or the
/// release of a body. Any thread.
public final class Store: Sendable {
  /// Octets that may be stored, keys and tables included.
  public let limit: Int
  /// Octets of the largest body.
  public let largestObject: Int
  let hasher: KeyHash
  let fillBudget: FillBudget
  /// What is stored, and what was evicted while somebody reads it: when that is a quarter more than `limit`, nothing
  /// is stored until readers are done.
  let live = LiveOctets()
  private let shards: InlineArray<16, Mutex<Shard>>
  private let shardCount: Int

  /// Fills under way in one shard.
  static let fillLimit = 1_024

  /// - Parameters:
  ///   - limit: octets; the hard bound of what is stored. Fills under way have a quarter of it beside that, and at
  ///     least two of the largest objects.
  ///   - largestObject: octets of a body.
  public convenience init(limit: Int, largestObject: Int = 16 << 20) {
    self.init(limit: limit, largestObject: largestObject, hasher: KeyHash())
  }

  init(limit: Int, largestObject: Int, hasher: KeyHash) {
    let limit = max(limit, 0)
    let largest = max(0, min(largestObject, limit))
    var count = 16
    // The largest object must fit, and not push out everything else.
    while count > 1, limit / count < 2 * largest || limit / count < 262_144 { count /= 2 }
    let budget = limit / count
    (self.limit, self.largestObject, self.hasher, shardCount) = (limit, largest, hasher, count)
    fillBudget = FillBudget(limit: max(limit / 4, 2 * largest))
    shards = InlineArray { index in Mutex(Shard(budget: index < count ? budget : 0, fillLimit: Store.fillLimit)) }
  }

  /// A worker's view.
  public func view(worker: Int) -> CacheView { CacheView(self, worker: worker) }

  /// Counts, for metrics; takes each lock once.
  public var figures: StoreFigures {
    var sum = StoreFigures()
    sum.octetsLimit = limit
    for index in 0..<shardCount {
      let (figures, octets) = shards[index].withLock { ($0.figures, $0.octets) }
      sum.objects += figures.objects
      sum.octets += octets
      sum.hits &+= figures.hits
      sum.stored &+= figures.stored
      sum.evicted &+= figures.evicted
      sum.fills += figures.fills
    }
    sum.fillOctets = fillBudget.octets.load(ordering: .relaxed)
    sum.readers = fillBudget.readers.load(ordering: .relaxed)
    return sum
  }

  // MARK: For views

  func find(_ key: borrowing CacheKey, at now: Instant) -> Shard.Finding {
    let hash = key.hash
    let octets = key.octets
    return shards[shard(of: key.primaryHash)].withLock { $0.find(octets, hash: hash, at: now) }
  }

  enum Entrance {
    case entered
    case found(Shard.Finding)
    case refused
  }

  /// Enters a fill where there is still nothing to be used.
  func enter(_ fill: Fill, under key: StoreKey, at now: Instant) -> Entrance {
    var found: Shard.Finding?
    let isDone = change(key) { (shard, taken) in
      let finding = shard.find(key.octets.span, hash: key.hash, at: now)
      guard case .missing = finding else {
        found = finding
        return .done
      }
      return shard.enter(fill, key: key.octets, hash: key.hash, taken: &taken)
    }
    if let found { return .found(found) }
    return isDone ? .entered : .refused
  }

  // MARK: For writers

  /// Moves a fill to the key that its answer is found by, and says under the primary key by which fields answers vary.
  ///
  /// - Returns: whether it is under the new key; otherwise another one is, and this one is under none.
  func move(_ fill: Fill, from old: StoreKey, to new: StoreKey, varyingBy spec: VarySpec?) -> Bool {
    let primary = new.primary
    // In this order nobody who looks meanwhile finds neither.
    let isEntered =
      new == old
      || change(new) { (shard, taken) in
        shard.enter(fill, key: new.octets, hash: new.hash, taken: &taken)
      }
    if let spec {
      let cost = spec.cost
      _ = change(primary) { (shard, taken) in
        if let known = shard.spec(primary.octets.span, hash: primary.hash), known == spec { return .done }
        return shard.store(
          .varies(spec), octets: cost, key: primary.octets, hash: primary.hash, taken: &taken)
      }
    } else {
      _ = change(primary) { (shard, taken) in
        shard.clearMarker(primary.octets.span, hash: primary.hash, taken: &taken)
        return .done
      }
    }
    if new != old { leave(fill, key: old) }
    return isEntered
  }

  /// The spec of that kind that is under the primary key, or else this one.
  func known(_ spec: VarySpec, under key: StoreKey) -> VarySpec {
    let primary = key.primary
    let known = shards[shard(of: key.primaryHash)].withLock { $0.spec(primary.octets.span, hash: primary.hash) }
    return known == spec ? known ?? spec : spec
  }

  /// From now on nothing is found of what was stored under the primary key, or is asked for at the moment.
  func invalidate(_ key: StoreKey) {
    let primary = key.primary
    let found = shards[shard(of: key.primaryHash)].withLock { $0.spec(primary.octets.span, hash: primary.hash) }
    let renewed = found?.renewed()
    _ = change(primary) { (shard, taken) in
      shard.forget(primary.octets.span, hash: primary.hash, taken: &taken)
      guard let renewed else { return .done }
      return shard.store(
        .varies(renewed), octets: renewed.cost, key: primary.octets, hash: primary.hash, taken: &taken)
    }
  }

  /// Stores a whole response and takes out the fill that brought it.
  ///
  /// - Parameter isShared: it is not stored where the fill was taken out meanwhile.
  /// - Returns: whether it is stored.
  func finish(
    _ fill: Fill, _ response: StoredResponse, under key: StoreKey, varyingBy spec: VarySpec?, isShared: Bool
  ) -> Bool {
    guard live.count - response.cost <= limit + limit / 4 else {
      leave(fill, key: key)
      return false
    }
    let isStored = change(key) { (shard, taken) in
      guard !isShared || shard.holds(fill, key: key.octets.span, hash: key.hash) else { return .refused }
      return shard.store(.response(response), octets: response.cost, key: key.octets, hash: key.hash, taken: &taken)
    }
    if let spec, isStored {
      // The marker may have been evicted while the body came.
      let (primary, cost) = (key.primary, spec.cost)
      _ = change(primary) { (shard, taken) in
        if let known = shard.spec(primary.octets.span, hash: primary.hash), known == spec { return .done }
        return shard.store(
          .varies(spec), octets: cost, key: primary.octets, hash: primary.hash, taken: &taken)
      }
    }
    leave(fill, key: key)
    return isStored
  }

  /// Takes out a fill whose answer can't be shared, and remembers that where nothing fresh is stored: one visitor's
  /// private answer takes no page from the others.
  func release(_ fill: Fill, under key: StoreKey, as unshared: Unshared, at now: Instant) {
    _ = change(key) { (shard, taken) in
      if shard.holdsFresh(key.octets.span, hash: key.hash, at: now) { return .done }
      return shard.store(.unshared(unshared), octets: 0, key: key.octets, hash: key.hash, taken: &taken)
    }
    leave(fill, key: key)
  }

  /// Takes out a fill; what is stored beside it stays.
  func leave(_ fill: Fill, key: StoreKey) {
    _ = change(key) { (shard, taken) in
      shard.leave(fill, key: key.octets.span, hash: key.hash, taken: &taken)
      return .done
    }
  }

  // MARK: Within

  @inline(__always) private func shard(of hash: UInt64) -> Int {
    // The low bits choose the bucket.
    Int(truncatingIfNeeded: hash >> 60) & (shardCount - 1)
  }

  /// Changes the shard of a key; between two tries what was taken out is dropped and what is needed is made, without
  /// the lock.
  private func change(_ key: StoreKey, _ body: (inout Shard, inout Remains) -> Shard.Insertion) -> Bool {
    let index = shard(of: key.primaryHash)
    var segment: (index: Int, nodes: [Node])?
    while true {
      var taken = Remains()
      let insertion = shards[index].withLock { shard in
        if let made = segment {
          // Let go of it first: the table must be its only holder when it is written to.
          segment = nil
          shard.add(segment: made.nodes, at: made.index)
        }
        return body(&shard, &taken)
      }
      switch insertion {
      case .done: return true
      case .refused: return false
      case .again: continue
      case .needsSegment(let next): segment = (next, NodeTable.makeSegment(next))
      }
    }
  }
}
