import Bytes
import Testing

@testable import Cache

@Suite("The index of a shard")
struct NodeTableTests {
  /// - Parameter bits: of the hash that count: few make many collisions.
  @Test("finds what a dictionary finds", arguments: [2, 8, 64] as [UInt64])
  func model(bits: UInt64) {
    var table = NodeTable()
    var model: [String: UInt32] = [:]
    var random = SplitMix64(seed: bits)
    let hasher = KeyHash(1, 2)
    func hash(_ name: String) -> UInt64 {
      let whole = hasher.hash(octets(name).span)
      return bits == 64 ? whole : whole & (1 << bits - 1)
    }
    for _ in 0..<6_000 {
      let name = "key \(random.next() % 900)"
      let (key, hash) = (octets(name), hash(name))
      let found = table.find(key.span, hash: hash)
      #expect(found == model[name] ?? NodeTable.none)
      if found == NodeTable.none {
        if !table.hasRoom { table.addSegment(NodeTable.makeSegment(table.segmentCount)) }
        model[name] = table.insert(key, hash: hash)
      } else if random.next() % 3 == 0 {
        #expect(table.remove(found) == key)
        model[name] = nil
      }
      #expect(table.count == model.count)
    }
    for (name, index) in model { #expect(table.find(octets(name).span, hash: hash(name)) == index) }
    #expect(Set(model.values).count == model.count)
  }
}

@Suite("SIEVE (NSDI'24)")
struct EvictionQueueTests {
  /// The algorithm as the paper tells it, in one array from the oldest to the newest.
  private struct Model {
    var order: [(index: UInt32, isVisited: Bool)] = []
    var hand: UInt32?

    mutating func victim() -> UInt32? {
      guard !order.isEmpty else { return nil }
      var place = hand.flatMap { hand in order.firstIndex { $0.index == hand } } ?? 0
      while order[place].isVisited {
        order[place].isVisited = false
        place = (place + 1) % order.count
      }
      hand = order[place].index
      return hand
    }

    mutating func remove(_ index: UInt32) {
      guard let place = order.firstIndex(where: { $0.index == index }) else { return }
      if hand == index { hand = place + 1 < order.count ? order[place + 1].index : nil }
      order.remove(at: place)
    }
  }

  private func insert(_ count: Int, into table: inout NodeTable) -> [UInt32] {
    var indices: [UInt32] = []
    for number in 0..<count { indices.append(table.insert([UInt8(number)], hash: UInt64(number))) }
    return indices
  }

  @Test("keeps what was asked for, drops what was not, oldest first")
  func paper() {
    var nodes = NodeTable()
    let indices = insert(5, into: &nodes)
    var queue = EvictionQueue()
    for index in indices { queue.add(index, in: &nodes) }
    for index in [0, 1, 3] { nodes[indices[index]].isVisited = true }
    var order: [UInt32] = []
    var steps = 100
    while let victim = queue.victim(in: &nodes, steps: &steps) {
      order.append(victim)
      queue.remove(victim, in: &nodes)
    }
    // The hand passes 0 and 1, takes 2, passes 3, takes 4, and begins again.
    #expect(order == [2, 4, 0, 1, 3].map { indices[$0] })
  }

  @Test("does as its plain model, whatever is added, asked for and removed", arguments: [1, 2, 3] as [UInt64])
  func model(seed: UInt64) {
    var nodes = NodeTable()
    let indices = insert(40, into: &nodes)
    var queue = EvictionQueue()
    var (model, random) = (Model(), SplitMix64(seed: seed))
    for _ in 0..<5_000 {
      let index = indices[Int(random.next() % 40)]
      let place = model.order.firstIndex { $0.index == index }
      switch (random.next() % 8, place) {
      case (0, let place?):
        queue.remove(index, in: &nodes)
        model.remove(model.order[place].index)
      case (1, _):
        var steps = 1_000
        let victim = queue.victim(in: &nodes, steps: &steps)
        #expect(victim == model.victim())
        if let victim {
          queue.remove(victim, in: &nodes)
          model.remove(victim)
        }
      case (_, nil):
        queue.add(index, in: &nodes)
        model.order.append((index, false))
      case (_, let place?):
        nodes[index].isVisited = true
        model.order[place].isVisited = true
      }
    }
  }

  @Test("a walk has a bound, and goes on where it stopped")
  func bounded() {
    var nodes = NodeTable()
    let indices = insert(10, into: &nodes)
    var queue = EvictionQueue()
    for index in indices { queue.add(index, in: &nodes) }
    for index in indices.dropLast() { nodes[index].isVisited = true }
    var steps = 6
    #expect(queue.victim(in: &nodes, steps: &steps) == nil)
    steps = 6
    #expect(queue.victim(in: &nodes, steps: &steps) == indices[9])
  }
}
