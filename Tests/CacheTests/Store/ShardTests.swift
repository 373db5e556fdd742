import Bytes
import Testing
import Time

@testable import Cache

@Suite("A shard")
struct ShardTests {
  /// Does what the store does around a change: adds segments, comes again, and looks at the bound each time.
  private func change(_ shard: inout Shard, _ body: (inout Shard, inout Remains) -> Shard.Insertion) -> Bool {
    while true {
      var taken = Remains()
      let insertion = body(&shard, &taken)
      #expect(shard.octets <= shard.budget)
      switch insertion {
      case .done: return true
      case .refused: return false
      case .again: continue
      case .needsSegment(let index): shard.add(segment: NodeTable.makeSegment(index), at: index)
      }
    }
  }

  private func isSame(_ finding: Shard.Finding, _ response: StoredResponse?) -> Bool {
    switch (finding, response) {
    case (.hit(let found), let response?): found === response
    case (.missing(stale: nil), nil): true
    default: false
    }
  }

  @Test(
    "never exceeds its budget, and what it finds is what was stored last", arguments: [1, 2, 3] as [UInt64],
    [60_000, 400_000])
  func model(seed: UInt64, budget: Int) throws {
    var shard = Shard(budget: budget, fillLimit: 10)
    var random = SplitMix64(seed: seed)
    var model: [String: StoredResponse] = [:]
    let sizes = try [0, 10, 700, 5_000, 50_000, 390_000].map { try Sample.response($0) }
    for _ in 0..<4_000 {
      let name = "key \(random.next() % 400)"
      let (key, hash) = (octets(name), UInt64(name.utf8.reduce(5) { $0 &* 31 &+ UInt64($1) }))
      let finding = shard.find(key.span, hash: hash, at: .second(0))
      // It may have been evicted, but is never another one.
      if case .hit(let found) = finding { #expect(found === model[name]) } else { model[name] = nil }
      switch random.next() % 6 {
      case 0:
        #expect(
          change(&shard) { (shard, taken) in
            shard.clear(key.span, hash: hash, taken: &taken)
            return .done
          })
        model[name] = nil
        #expect(isSame(shard.find(key.span, hash: hash, at: .second(0)), nil))
      case 1, 2:
        // Small ones often, so that the table grows; large ones seldom.
        let choice = random.next() % 64
        let response = sizes[choice < 56 ? Int(choice % 3) : choice < 62 ? 3 : choice == 62 ? 4 : 5]
        let isStored = change(&shard) { (shard, taken) in
          shard.store(.response(response), octets: response.cost, key: key, hash: hash, taken: &taken)
        }
        if response.cost < budget / 2 { #expect(isStored) }
        model[name] = isStored ? response : nil
        #expect(isSame(shard.find(key.span, hash: hash, at: .second(0)), model[name]))
      default: break
      }
      #expect(shard.octets <= budget)
    }
    var objects = 0
    for number in 0..<400 {
      let name = "key \(number)"
      let hash = UInt64(name.utf8.reduce(5) { $0 &* 31 &+ UInt64($1) })
      if case .hit = shard.find(octets(name).span, hash: hash, at: .second(0)) { objects += 1 }
    }
    #expect(shard.figures.objects == objects)
    #expect(shard.figures.evicted > 0, "the test means to be tight")
  }

  @Test("a replaced object goes before it makes others go")
  func replaced() throws {
    let response = try Sample.response(40_000)
    var shard = Shard(budget: 100_000, fillLimit: 10)
    let (first, second) = (octets("a"), octets("b"))
    for key in [first, second, second, second] {
      #expect(
        change(&shard) { (shard, taken) in
          shard.store(.response(response), octets: response.cost, key: key, hash: UInt64(key[0]), taken: &taken)
        })
    }
    #expect(isSame(shard.find(first.span, hash: 0x61, at: .second(0)), response))
    #expect(shard.figures.evicted == 0 && shard.figures.objects == 2 && shard.figures.stored == 4)
  }

  @Test("what is larger than the budget is refused, and pushes nothing out")
  func tooLarge() throws {
    let (small, large) = (try Sample.response(100), try Sample.response(100_000))
    var shard = Shard(budget: 60_000, fillLimit: 10)
    for (name, response, isStored) in [("a", small, true), ("b", large, false)] {
      let key = octets(name)
      #expect(
        isStored
          == change(&shard) { (shard, taken) in
            shard.store(.response(response), octets: response.cost, key: key, hash: 1, taken: &taken)
          })
    }
    #expect(isSame(shard.find(octets("a").span, hash: 1, at: .second(0)), small))
  }

  @Test("a stale object is found as such, and stays")
  func stale() throws {
    let response = try Sample.response(100, lifetime: 10)
    var shard = Shard(budget: 60_000, fillLimit: 10)
    let key = octets("a")
    #expect(
      change(&shard) { (shard, taken) in
        shard.store(.response(response), octets: response.cost, key: key, hash: 1, taken: &taken)
      })
    #expect(isSame(shard.find(key.span, hash: 1, at: .second(9)), response))
    for _ in 0..<2 {
      guard case .missing(let stale?) = shard.find(key.span, hash: 1, at: .second(10)) else {
        Issue.record("not stale")
        return
      }
      #expect(stale === response)
    }
    #expect(shard.figures.hits == 1)
  }
}
