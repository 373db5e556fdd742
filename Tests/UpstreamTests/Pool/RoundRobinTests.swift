import Testing

@testable import Upstream

@Suite("RoundRobin: smooth and weighted")
struct RoundRobinTests {
  private func picks(_ weights: [Int], _ count: Int, among candidates: ServerSet? = nil, offset: Int = 0) -> [Int?] {
    var rotation = RoundRobin(weights: weights, offset: offset)
    var all = ServerSet()
    for index in weights.indices { all.insert(index) }
    return (0..<count).map { _ in rotation.next(among: candidates ?? all) }
  }

  @Test(
    "spreads the heavy between the light",
    arguments: [
      ([1, 1, 1], [0, 1, 2, 0, 1, 2]),
      // The example of nginx's commit of 2012.
      ([5, 1, 1], [0, 0, 1, 0, 2, 0, 0]),
      ([2, 1], [0, 1, 0, 0, 1, 0]),
    ])
  func order(weights: [Int], expected: [Int]) { #expect(picks(weights, expected.count) == expected) }

  @Test(
    "each run as long as the sum of weights has every weight's share",
    arguments: [[1], [3, 7], [1, 2, 3, 4], [256, 1, 99], [5, 5, 1, 1, 8]])
  func shares(weights: [Int]) {
    let round = weights.reduce(0, +)
    let picked = picks(weights, round * 3)
    for start in [0, round / 2, round, 2 * round] where start + round <= picked.count {
      for (index, weight) in weights.enumerated() {
        let share = picked[start..<start + round].count { $0 == index }
        // A run that begins within a round may hold one more or less.
        #expect(abs(share - weight) <= (start % round == 0 ? 0 : 1))
      }
    }
  }

  @Test("leaves out who is no candidate, and shares what is left by weight")
  func candidates() {
    let picked = picks([2, 5, 1], 300, among: [0, 2])
    #expect(picked.count { $0 == 0 } == 200)
    #expect(picked.count { $0 == 1 } == 0)
    #expect(picked.count { $0 == 2 } == 100)
  }

  @Test("is fair again soon after a server came back")
  func back() {
    var rotation = RoundRobin(weights: [1, 1])
    for _ in 0..<1_000 { _ = rotation.next(among: [0]) }
    let picked = (0..<10).map { _ in rotation.next(among: [0, 1]) }
    #expect(picked.count { $0 == 1 } == 5)
  }

  @Test("workers begin at different servers")
  func offset() {
    #expect((0..<4).map { picks([1, 1, 1], 1, offset: $0)[0] } == [0, 1, 2, 0])
    #expect(picks([1, 1], 1, offset: -1) == [0])
    #expect(picks([1, 1], 1, offset: .max) == [1])
  }

  @Test("nobody, and weights beyond reason")
  func edges() {
    #expect(picks([], 1) == [nil])
    #expect(picks([1, 1], 1, among: []) == [nil])
    #expect(picks([0, -5, 1], 3).compactMap { $0 }.sorted() == [0, 1, 2])
    #expect(picks([.max, .max], 2) == [0, 1])
    #expect(picks(Array(repeating: 1, count: 300), ServerSet.limit + 1)[ServerSet.limit] == 0)
  }
}

@Suite("ServerSet: servers by index")
struct ServerSetTests {
  @Test("holds what was put into it", arguments: [0, 1, 31, 32, 62, 63])
  func members(index: Int) {
    var set: ServerSet = []
    #expect(set.isEmpty)
    set.insert(index)
    set.insert(index)
    #expect(set.contains(index))
    #expect(!set.contains(index ^ 1))
    #expect(!set.contains(index ^ 32))
    #expect(!set.contains(index + 64))
    #expect(set.count == 1)
    #expect(!set.isEmpty)
    #expect(set == [index])
    #expect(set != [])
  }

  @Test("leaves out what is no server's", arguments: [-1, 64, 256, .max, .min])
  func strays(index: Int) {
    let set: ServerSet = [index]
    #expect(set.isEmpty)
    #expect(!set.contains(index))
  }
}
