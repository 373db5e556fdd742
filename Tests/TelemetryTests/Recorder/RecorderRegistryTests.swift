import Testing
import Time

@testable import Telemetry

@Suite("Registry: names outlive snapshots")
struct RecorderRegistryTests {
  let registry = RecorderRegistry()

  @Test("the same name, target and worker have the same recorder")
  func same() {
    let first = registry.recorder(site: "a", route: "b", target: .sample(), worker: 0)
    #expect(first === registry.recorder(site: "a", route: "b", target: .sample(), worker: 0))
    #expect(first !== registry.recorder(site: "a", route: "b", target: .sample(), worker: 1))
    #expect(first !== registry.recorder(site: "a/b", route: "", target: .sample(), worker: 0))
  }

  @Test("figures are the sum over workers")
  func sum() throws {
    for worker in 0..<3 {
      let recorder = registry.recorder(site: "a", route: "b", target: .sample(), worker: worker)
      recorder.record(.sample(cache: .miss))
      recorder.record(.sample(503, cache: .none))
    }
    let figures = try #require(registry.figures().first)
    #expect(figures.exchanges == 6)
    #expect(figures.count(.successful, .miss) == 3)
    #expect(figures.count(.serverError) == 3)
    #expect(figures.count(.none as CacheResult) == 3)
    #expect(figures.count(.inTime) == 3)
    #expect(figures.count(.unavailable) == 3)
    #expect(figures.count(.answered) == 6)
    #expect(figures.octetsOut == 6_000)
    #expect(figures.firstByte.count == 6)
  }

  @Test("a changed target begins its counts anew, for all workers, and keeps every other")
  func changedTarget() throws {
    let old = (0..<2).map { registry.recorder(site: "a", route: "b", target: .sample(), worker: $0) }
    for recorder in old { recorder.record(.sample()) }
    let new = registry.recorder(site: "a", route: "b", target: .sample(.milliseconds(5)), worker: 0)
    // The exchange of an old snapshot ends late.
    old[1].record(.sample())
    new.record(.sample())
    let figures = try #require(registry.figures().first)
    #expect(figures.exchanges == 4)
    #expect(figures.count(.inTime) == 0)
    #expect(figures.count(.late) == 1)
    #expect(figures.target == .sample(.milliseconds(5)))
  }

  @Test("a route that is gone is kept for one snapshot, and forgotten with the second")
  func gone() {
    _ = registry.unrouted(worker: 0)
    for route in ["b", "c"] { registry.recorder(site: "a", route: route, target: nil, worker: 0).record(.sample()) }
    let (b, c) = (RouteName(site: "a", route: "b"), RouteName(site: "a", route: "c"))
    registry.keep(routes: [b], listeners: [])
    #expect(registry.figures().map(\.name) == [.unrouted, b, c])
    registry.keep(routes: [b, c], listeners: [])
    registry.keep(routes: [b], listeners: [])
    #expect(registry.figures().map(\.exchanges) == [0, 1, 1])
    registry.keep(routes: [b], listeners: [])
    #expect(registry.figures().map(\.name) == [.unrouted, b])
  }

  @Test("listeners are counted by worker and summed by name")
  func listeners() {
    for worker in 0..<2 {
      let counters = registry.listener("https", worker: worker)
      #expect(counters === registry.listener("https", worker: worker))
      for event in ListenerEvent.allCases { counters.count(event) }
      counters.count(.accepted)
    }
    let figures = registry.listenerFigures()
    #expect(figures.map(\.name) == ["https"])
    #expect(figures.first?.open == 2)
    #expect(figures.first?.count(.descriptorLimit) == 2)
    registry.keep(routes: [], listeners: ["http"])
    #expect(registry.listenerFigures().isEmpty)
  }
}

@Suite("Process: what became of configurations")
struct ProcessCountersTests {
  @Test("a refusal is told until the end, a success goes on from it")
  func reloads() {
    let counters = ProcessCounters(started: WallTime(seconds: 1))
    counters.reloaded(snapshot: 1, at: WallTime(seconds: 2))
    counters.refused("unknown key `helth`", at: WallTime(seconds: 3))
    #expect(counters.reloads.snapshot == 1)
    #expect(!counters.reloads.lastSucceeded)
    counters.reloaded(snapshot: 2, at: WallTime(seconds: 4))
    let figures = counters.reloads
    #expect((figures.snapshot, figures.succeeded, figures.failed) == (2, 2, 1))
    #expect(figures.lastSucceeded)
    #expect(figures.lastTried == WallTime(seconds: 4))
    #expect(figures.lastRefusal == .init(reason: "unknown key `helth`", at: WallTime(seconds: 3)))
  }
}
