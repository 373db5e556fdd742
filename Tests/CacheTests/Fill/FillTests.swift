import Bytes
import Testing
import Time

@testable import Cache

@Suite("A fill belongs to one worker, and has one end")
struct FillTests {
  let store = Store(limit: 4 << 20, largestObject: 100_000)

  private func expectIdle() {
    let figures = store.figures
    #expect(figures.fills == 0 && figures.readers == 0 && figures.fillOctets == 0)
    #expect(figures.octets <= figures.octetsLimit)
  }

  @Test("the first fetches, others wait, later ones are answered from memory")
  func collapsed() throws {
    let first = store.view(worker: 1)
    let second = store.view(worker: 2)
    let owner = try Visitor(first, "/a")
    let waiter = try Visitor(second, "/a")
    #expect(owner.outcome == .fill && waiter.outcome == .wait && owner.forward == .uriMiss)
    #expect(owner.head == "waiting" && waiter.head == "waiting")
    let told = try owner.begin(["Cache-Control: max-age=60", "Content-Length: 5"])
    #expect(told.contains(1) && told.contains(2))
    #expect(waiter.head == "200 5" && waiter.readAll() == "…")
    #expect(owner.append("ab")?.notify.contains(2) == true)
    #expect(waiter.readAll() == "ab…")
    let late = try Visitor(second, "/a")
    #expect(late.outcome == .wait && late.head == "200 5" && late.readAll() == "ab…")
    owner.append("cde")
    #expect(owner.finish() != nil)
    #expect(waiter.readAll() == "cde." && late.readAll() == "cde." && owner.readAll() == "abcde.")
    let hit = try Visitor(second, "/a", at: 59)
    #expect(hit.outcome == .hit && hit.body == "abcde" && hit.response?.body.count == 1)
    #expect(try Visitor(second, "/b").outcome == .fill)
    for visitor in [owner, waiter, late] { visitor.leave() }
    expectIdle()
    #expect(store.figures.objects == 1 && store.figures.hits == 1 && store.figures.stored == 1)
  }

  @Test("whoever has read all so far is told of the end, also where the last pieces are joined then", arguments: 1...3)
  func toldOfEnd(pieces: Int) throws {
    let owner = try Visitor(store.view(worker: 1), "/a")
    let waiter = try Visitor(store.view(worker: 2), "/a")
    try owner.begin()
    for _ in 0..<pieces { owner.append("abc") }
    #expect(waiter.readAll() == String(repeating: "abc", count: pieces) + "…")
    #expect(owner.finishTelling()?.contains(2) == true)
    #expect(waiter.readAll() == ".")
  }

  @Test("an answer that can't be shared goes to its asker; waiters fetch for themselves, each alone")
  func released() throws {
    let view = store.view(worker: 1)
    let owner = try Visitor(view, "/a")
    let waiters = try (0..<2).map { _ in try Visitor(view, "/a") }
    _ = waiters.map(\.head)
    #expect(try owner.begin(["Cache-Control: private"]).contains(1))
    #expect(waiters[0].head == "released: it is private")
    let anew = try waiters.map { try $0.again(view) }
    #expect(anew.allSatisfy { $0.outcome == .fill && $0.forward == .miss })
    let later = try Visitor(view, "/a", at: 30)
    #expect(later.outcome == .fill)
    #expect(anew[0].fill !== later.fill)
    // The first answer that may be shared is.
    try later.begin(at: 30)
    later.append("x")
    #expect(later.finish() != nil)
    #expect(try Visitor(view, "/a", at: 31).outcome == .hit)
    // Another one's private answer takes it from nobody.
    try anew[0].begin(["Cache-Control: private"], at: 32)
    #expect(try Visitor(view, "/a", at: 33).outcome == .hit)
    try anew[1].begin()
    anew[1].fail()
    for visitor in anew + [owner, later] { visitor.leave() }
    expectIdle()
  }

  @Test("that an answer can't be shared is forgotten after a minute")
  func forgotten() throws {
    let view = store.view(worker: 1)
    try Visitor(view, "/a").begin(["Cache-Control: no-store"])
    let solo = try [Visitor(view, "/a", at: 59), Visitor(view, "/a", at: 59)]
    #expect(solo.map(\.outcome) == [.fill, .fill])
    let owner = try Visitor(view, "/a", at: 60)
    #expect(owner.outcome == .fill)
    #expect(try Visitor(view, "/a", at: 60).outcome == .wait)
  }

  @Test("a body beyond the largest object is passed from then on", arguments: [true, false])
  func outgrown(isDeclared: Bool) throws {
    let view = store.view(worker: 1)
    let (owner, waiter) = (try Visitor(view, "/a"), try Visitor(view, "/a"))
    let length = isDeclared ? ["Content-Length: 100001"] : []
    try owner.begin(["Cache-Control: max-age=60"] + length)
    if isDeclared {
      #expect(waiter.head == "released: it exceeds the largest object")
    } else {
      let part = [UInt8](repeating: 0x61, count: 50_000)
      for _ in 0..<2 { #expect(owner.append(part)?.pauses == false) }
      #expect(try Visitor(view, "/a").outcome == .wait)
      #expect(owner.append("more")?.pauses == false)
      #expect(owner.finish() == nil)
      for visitor in [owner, waiter] { #expect(visitor.readAll().utf8.count == 100_005) }
    }
    #expect(try Visitor(view, "/a").outcome == .pass(.miss))
    #expect(try Visitor(view, "/a", at: 60).outcome == .fill)
    owner.leave()
    waiter.leave()
    expectIdle()
  }

  @Test("all fills together are bounded; what exceeds it is passed and not remembered")
  func budget() throws {
    let store = Store(limit: 1 << 20, largestObject: 200_000)
    let view = store.view(worker: 1)
    let part = [UInt8](repeating: 0x61, count: 190_000)
    let owners = try (0..<3).map { try Visitor(view, "/\($0)") }
    for owner in owners {
      try owner.begin()
      owner.append(part)
    }
    #expect(store.figures.fillOctets <= 400_000)
    #expect(owners.map { $0.finish() != nil } == [true, true, false])
    #expect(owners[2].readAll().utf8.count == 190_001)
    #expect(try Visitor(view, "/2").outcome == .fill)
    #expect(store.figures.fillOctets == 0)
  }

  @Test("what drips takes as much of the budget as what pours")
  func drippingBudget() throws {
    let store = Store(limit: 1 << 20, largestObject: 400_000)
    let owner = try Visitor(store.view(worker: 1), "/a")
    try owner.begin()
    for _ in 0..<20_000 { owner.append("a") }
    #expect(store.figures.fillOctets < 25_000)
    #expect(owner.finish()?.bodyOctets == 20_000)
    #expect(store.figures.fillOctets == 0)
  }

  @Test("a failure is everyone's, stores nothing, and the next one fetches anew")
  func failed() throws {
    let view = store.view(worker: 1)
    let owner = try Visitor(view, "/a")
    let (early, reading) = (try Visitor(view, "/a"), try Visitor(view, "/a"))
    _ = early.head
    #expect(owner.fail()?.contains(1) == true)
    #expect(early.head == "failed: 504")
    let next = try Visitor(view, "/a")
    #expect(next.outcome == .fill)
    try next.begin()
    next.append("abc")
    next.fail()
    #expect(next.readAll() == "!" && reading.head == "failed: 504")
    for visitor in [owner, early, reading, next] { visitor.leave() }
    expectIdle()
    #expect(store.figures.stored == 0)
  }

  @Test("a body of another length than its head said is not stored", arguments: ["", "ab", "abcd"])
  func length(body: String) throws {
    let view = store.view(worker: 1)
    let (owner, waiter) = (try Visitor(view, "/a"), try Visitor(view, "/a"))
    try owner.begin(["Cache-Control: max-age=60", "Content-Length: 3"])
    owner.append(body)
    #expect(owner.finish() == nil && waiter.readAll() == "!")
    #expect(try Visitor(view, "/a").outcome == .fill)
  }

  @Test("its owner's death fails it", arguments: [true, false])
  func dropped(hasBegun: Bool) throws {
    let view = store.view(worker: 1)
    let (owner, waiter) = (try Visitor(view, "/a"), try Visitor(view, "/a"))
    if hasBegun {
      try owner.begin()
      owner.append("abc")
    }
    owner.dropWriter()
    #expect(waiter.head == "failed: 502")
    #expect(try Visitor(view, "/a").outcome == .fill)
    owner.leave()
    waiter.leave()
    expectIdle()
  }

  @Test("what was evicted and is still held counts: nothing is stored beyond a quarter more than the limit")
  func held() throws {
    let store = Store(limit: 1 << 20, largestObject: 200_000)
    let view = store.view(worker: 1)
    var kept: [StoredResponse] = []
    var count = 0
    // All of them are held, however many are evicted.
    while count < 100 {
      let owner = try Visitor(view, "/\(count)")
      try owner.begin()
      owner.append([UInt8](repeating: 0x61, count: 100_000))
      guard let response = owner.finish() else { break }
      kept.append(response)
      count += 1
    }
    #expect((12...14).contains(count))
    #expect(store.live.count <= 1 << 20 + 1 << 18 + 200_000)
    kept = []
    let owner = try Visitor(view, "/again")
    try owner.begin()
    owner.append("x")
    #expect(owner.finish() != nil)
  }

  @Test("RFC 9111 §4.4: what was invalidated, or asked for before, answers nobody who comes later")
  func invalidated() throws {
    let view = store.view(worker: 1)
    let first = try Visitor(view, "/a")
    try first.begin()
    first.append("old")
    #expect(first.finish() != nil)
    Visitor.change(view, "/a")
    let (second, waiter) = (try Visitor(view, "/a"), try Visitor(view, "/a"))
    #expect(second.outcome == .fill && waiter.outcome == .wait)
    Visitor.change(view, "/a")
    let third = try Visitor(view, "/a")
    #expect(third.outcome == .fill, "it waits for nothing of before")
    for (visitor, text) in [(second, "between"), (third, "new")] {
      try visitor.begin()
      visitor.append(text)
    }
    #expect(third.finish() != nil && second.finish() == nil)
    #expect(waiter.readAll() == "between.")
    #expect(try Visitor(view, "/a").body == "new")
    Visitor.change(view, "/b")
    for visitor in [first, second, third, waiter] { visitor.leave() }
    expectIdle()
  }

  @Test("a stale object stays until another takes its place")
  func stale() throws {
    let view = store.view(worker: 1)
    let first = try Visitor(view, "/a")
    try first.begin(["Cache-Control: max-age=10"])
    first.append("old")
    let old = first.finish()
    let failing = try Visitor(view, "/a", at: 10)
    #expect(failing.outcome == .fill && failing.forward == .stale && failing.fill?.stale === old)
    failing.fail()
    let owner = try Visitor(view, "/a", at: 11)
    #expect(owner.fill?.stale === old && store.figures.objects == 1)
    #expect(try Visitor(view, "/a", at: 11).outcome == .wait)
    try owner.begin(at: 11)
    owner.append("new")
    #expect(owner.finish() != nil && store.figures.objects == 1)
    #expect(try Visitor(view, "/a", at: 12).body == "new")
  }

  @Test("an empty body is a body")
  func empty() throws {
    let view = store.view(worker: 1)
    let owner = try Visitor(view, "/a")
    try owner.begin(["Cache-Control: max-age=60"], status: 204)
    #expect(owner.head == "204 0" && owner.finish() != nil && owner.readAll() == ".")
    #expect(try Visitor(view, "/a").body == "")
  }

  @Test("however it drips, memory holds few chunks", arguments: [1, 100, 16_384, 65_536])
  func dripping(size: Int) throws {
    let store = Store(limit: 8 << 20, largestObject: 1 << 20)
    let view = store.view(worker: 1)
    let owner = try Visitor(view, "/a")
    try owner.begin()
    let total = size == 1 ? 20_000 : 700_000
    let source = (0..<total).map { UInt8(truncatingIfNeeded: $0 ^ $0 >> 8) }
    var sent = 0
    while sent < total {
      owner.append(Array(source[sent..<min(sent + size, total)]))
      sent = min(sent + size, total)
    }
    let response = try #require(owner.finish())
    var copy: [UInt8] = []
    for slice in response.body { slice.withSpan { copy.append($0) } }
    #expect(copy == source && response.bodyOctets == total)
    #expect(response.body.count <= total / 262_144 + 1)
    #expect(owner.readAll().utf8.count > total / 2)
  }
}
