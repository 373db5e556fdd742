import Testing
import Time

@testable import Cache

@Suite("RFC 9111 §4.1: answers that vary")
struct VariantTests {
  let store = Store(limit: 4 << 20, largestObject: 100_000)
  private let english = ["Accept-Language: en"]
  private let gaelic = ["Accept-Language: gd"]
  private let varied = ["Cache-Control: max-age=60", "Vary: Accept-Language"]

  private func fill(_ view: borrowing CacheView, _ request: [String], _ response: [String], _ body: String) throws {
    let owner = try Visitor(view, "/a", request)
    #expect(owner.outcome == .fill)
    try owner.begin(response)
    owner.append(body)
    #expect(owner.finish() != nil)
  }

  @Test("each is found by its own fields")
  func apart() throws {
    let view = store.view(worker: 1)
    try fill(view, english, varied, "hello")
    #expect(try Visitor(view, "/a", english).body == "hello")
    #expect(try Visitor(view, "/a", ["accept-language: EN"]).body == "hello")
    let other = try Visitor(view, "/a", gaelic)
    #expect(other.outcome == .fill && other.forward == .varyMiss)
    try other.begin(varied)
    other.append("halò")
    #expect(other.finish() != nil)
    #expect(try Visitor(view, "/a", gaelic).body == "halò" && Visitor(view, "/a", english).body == "hello")
    #expect(try Visitor(view, "/a").outcome == .fill)
    #expect(store.figures.objects == 2)
  }

  @Test("RFC 9111 §4.4: what was invalidated is not found any more, in no variant, and comes back with none")
  func invalidated() throws {
    let view = store.view(worker: 1)
    try fill(view, english, varied, "old")
    try fill(view, gaelic, varied, "sean")
    let underWay = try Visitor(view, "/a", ["Accept-Language: fr"])
    try underWay.begin(varied)
    Visitor.change(view, "/a")
    underWay.append("vieux")
    underWay.finish()
    try fill(view, english, varied, "new")
    #expect(try Visitor(view, "/a", english).body == "new")
    for language in ["gd", "fr"] {
      let visitor = try Visitor(view, "/a", ["Accept-Language: \(language)"])
      #expect(visitor.outcome == .fill && visitor.forward == .varyMiss)
      visitor.fail()
    }
  }

  @Test("who waits for the head compares its own fields with the fill's, and goes for its own variant")
  func waiters() throws {
    let view = store.view(worker: 1)
    let owner = try Visitor(view, "/a", english)
    let same = try Visitor(view, "/a", english)
    let others = try (0..<2).map { _ in try Visitor(view, "/a", gaelic) }
    #expect(same.outcome == .wait && others[0].outcome == .wait)
    try owner.begin(varied)
    #expect(owner.head == "200 ?" && same.head == "200 ?")
    #expect(others.map(\.head) == ["other variant", "other variant"])
    let anew = try others.map { try $0.again(view) }
    #expect(anew.map(\.outcome) == [.fill, .wait] && anew[0].forward == .varyMiss)
    let late = try Visitor(view, "/a", english)
    #expect(late.outcome == .wait && late.head == "200 ?")
    owner.append("hello")
    owner.finish()
    try anew[0].begin(varied)
    anew[0].append("halò")
    anew[0].finish()
    #expect(same.readAll() == "hello." && late.readAll() == "hello." && anew[1].readAll() == "halò.")
    for visitor in [owner, same, late] + anew { visitor.leave() }
    #expect(store.figures.fills == 0 && store.figures.readers == 0)
  }

  @Test("RFC 9111 §4.3.2: who looks again and finds it stored is answered by its own conditions")
  func conditions() throws {
    let view = store.view(worker: 1)
    let owner = try Visitor(view, "/a", english)
    let asked = [
      ["If-None-Match: \"gd\""], ["If-None-Match: \"en\""], ["If-Modified-Since: \(Day.date("12:00:00"))"],
      ["If-Modified-Since: \(Day.date("11:00:00"))"], [],
    ]
    let waiters = try asked.map { try Visitor(view, "/a", gaelic + $0) }
    try owner.begin(varied)
    let first = try Visitor(view, "/a", gaelic)
    try first.begin(varied + ["ETag: \"gd\"", "Date: \(Day.date("12:00:00"))"])
    first.append("halò")
    first.finish()
    #expect(waiters.map(\.head) == Array(repeating: "other variant", count: waiters.count))
    let anew = try waiters.map { try $0.again(view) }
    #expect(anew.map(\.body) == Array(repeating: "halò", count: anew.count))
    #expect(anew.map(\.conditional) == [.notModified, .whole, .notModified, .whole, .whole])
  }

  @Test("the latest answer says by what they vary")
  func changes() throws {
    let view = store.view(worker: 1)
    try fill(view, english, varied, "hello")
    // One that varies no more is everyone's.
    try fill(view, gaelic, ["Cache-Control: max-age=60"], "all")
    #expect(try Visitor(view, "/a", english).body == "all" && Visitor(view, "/a").body == "all")
    // And one that varies by another field is found by that alone.
    let later = try Visitor(view, "/a", english + ["X-A: 1"], at: 60)
    #expect(later.forward == .stale)
    try later.begin(["Cache-Control: max-age=60", "Vary: X-A"], at: 60)
    later.append("one")
    later.finish()
    #expect(try Visitor(view, "/a", gaelic + ["X-A: 1"], at: 61).body == "one")
    #expect(try Visitor(view, "/a", english, at: 61).outcome == .fill)
  }

  @Test("a fill moves to where its answer is found, and is found meanwhile")
  func moves() throws {
    let view = store.view(worker: 1)
    try fill(view, english, varied, "hello")
    let owner = try Visitor(view, "/a", gaelic)
    try owner.begin(["Cache-Control: max-age=60", "Vary: X-A"])
    let other = try Visitor(view, "/a", english)
    #expect(other.outcome == .wait && other.head == "200 ?")
    let apart = try Visitor(view, "/a", ["X-A: 1"])
    #expect(apart.outcome == .fill)
    #expect(store.figures.fills == 2)
    owner.finish()
    apart.fail()
    #expect(store.figures.fills == 0)
  }

  @Test("a private answer to one variant leaves the others")
  func isPrivate() throws {
    let view = store.view(worker: 1)
    try fill(view, english, varied, "hello")
    let owner = try Visitor(view, "/a", gaelic)
    try owner.begin(["Cache-Control: private"])
    #expect(try Visitor(view, "/a", english).body == "hello")
    #expect(try Visitor(view, "/a", gaelic).forward == .miss)
  }
}

@Suite("What a look-up comes to")
struct LookupTests {
  let store = Store(limit: 4 << 20, largestObject: 100_000)

  @Test(
    "requests that may not fill read, or go past",
    arguments: [
      ("HEAD", [], .hit, .pass(.uriMiss)), ("GET", ["Range: bytes=0-1"], .hit, .pass(.uriMiss)),
      ("GET", ["Cache-Control: no-store"], .hit, .pass(.uriMiss)),
      ("GET", ["Cache-Control: only-if-cached"], .hit, .pass(.uriMiss)),
      ("GET", ["If-Match: *"], .pass(.bypass), .pass(.bypass)), ("POST", [], .pass(.method), .pass(.method)),
    ] as [(String, [String], Visitor.Outcome, Visitor.Outcome)])
  func apart(method: String, lines: [String], stored: Visitor.Outcome, missing: Visitor.Outcome) throws {
    let view = store.view(worker: 1)
    let owner = try Visitor(view, "/a")
    #expect(try Visitor(view, "/a", lines, method: method).outcome == missing, "while a fill is under way")
    try owner.begin()
    owner.finish()
    #expect(try Visitor(view, "/a", lines, method: method).outcome == stored)
    #expect(try Visitor(view, "/b", lines, method: method).outcome == missing)
    if missing == .pass(.uriMiss) {
      #expect(try Visitor(view, "/a", lines, method: method, at: 60).outcome == .pass(.stale))
    }
  }

  @Test("RFC 9111 §3.5: an answer to Authorization that is not for all is not shared")
  func authorization() throws {
    let view = store.view(worker: 1)
    let owner = try Visitor(view, "/a", ["Authorization: Basic x"])
    let waiter = try Visitor(view, "/a")
    try owner.begin(["Cache-Control: max-age=60"])
    #expect(waiter.head.hasPrefix("released"))
  }

  @Test("the largest object fits, whatever the memory", arguments: [1 << 20, 3 << 20, 64 << 20, 512 << 20])
  func largest(limit: Int) throws {
    let store = Store(limit: limit, largestObject: min(16 << 20, limit / 2))
    let view = store.view(worker: 1)
    let owner = try Visitor(view, "/a")
    try owner.begin()
    let part = [UInt8](repeating: 0x61, count: 65_536)
    for _ in 0..<(store.largestObject / part.count) { owner.append(part) }
    #expect(owner.finish() != nil)
    #expect(store.figures.octets <= limit)
  }
}
