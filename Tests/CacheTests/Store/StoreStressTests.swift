import Bytes
import Dispatch
import HTTP
import Synchronization
import Testing
import Time

@testable import Cache

@Suite("Four workers at once")
struct StoreStressTests {
  /// What they saw.
  struct Sights {
    var hits = 0
    var waits = 0
    var wholes = 0
    /// Bodies that belong to another request or end too early.
    var wrong = 0
    /// Waiters that were never told an end.
    var unended = 0
  }

  /// Says whose it is, and is of another length for each.
  private static func body(_ path: Int, _ variant: Int) -> String {
    String(repeating: "\(path)/\(varies(path) ? variant : 0);", count: 100 + path * 37)
  }

  private static func varies(_ path: Int) -> Bool { path % 3 == 0 }

  @Test("see whole bodies of their own, and leave nothing behind", arguments: [600_000, 16 << 20])
  func stress(limit: Int) throws {
    let store = Store(limit: limit, largestObject: 60_000)
    let sum = Mutex(Sights())
    DispatchQueue.concurrentPerform(iterations: 4) { worker in
      do {
        let seen = try Self.work(store, worker: worker)
        sum.withLock { sum in
          sum.hits += seen.hits
          sum.waits += seen.waits
          sum.wholes += seen.wholes
          sum.wrong += seen.wrong
          sum.unended += seen.unended
        }
      } catch {
        Issue.record(error)
      }
    }
    let seen = sum.withLock { $0 }
    #expect(seen.wrong == 0 && seen.unended == 0)
    #expect(seen.hits > 100 && seen.wholes > 0, "the test means to meet all ways: \(seen)")
    let figures = store.figures
    #expect(figures.octets <= limit && figures.fills == 0 && figures.readers == 0 && figures.fillOctets == 0)
  }

  private static func work(_ store: Store, worker: Int) throws -> Sights {
    let view = store.view(worker: worker)
    var random = SplitMix64(seed: UInt64(worker))
    var seen = Sights()
    var waiting: [Waiter] = []
    var answers: [Answer] = []
    for round in 0..<3_000 {
      let (path, variant) = (Int(random.next() % 90), Int(random.next() % 2))
      let second = Int64(round / 60)
      let visitor = try Visitor(view, "/\(path)", ["X-V: \(variant)"], at: second)
      switch visitor.outcome {
      case .hit:
        seen.hits += 1
        if visitor.body != body(path, variant) { seen.wrong += 1 }
      case .wait:
        seen.waits += 1
        waiting.append(Waiter(visitor: visitor, expected: body(path, variant)))
      case .fill:
        let answer = Answer(owner: visitor, body: body(path, variant), choice: random.next() % 20)
        try answer.begin(path, lifetime: 1 + random.next() % 4, at: second)
        answers.append(answer)
      case .pass: break
      }
      if store.figures.octets > store.limit { seen.wrong += 1 }
      answers = answers.filter { !$0.goOn(by: 1 + Int(random.next() % 3_000), &seen) }
      try poll(&waiting, view, &seen)
    }
    while !answers.isEmpty { answers = answers.filter { !$0.goOn(by: 5_000, &seen) } }
    // Now whoever still waits does so only while others run.
    var patience = 1_000_000
    while !waiting.isEmpty, patience > 0 {
      try poll(&waiting, view, &seen)
      patience -= 1
    }
    seen.unended += waiting.count
    return seen
  }

  private struct Waiter {
    let visitor: Visitor
    let expected: String
    var got = ""
  }

  /// As an origin does: mostly well, in pieces.
  private final class Answer {
    private let owner: Visitor
    private let body: String
    private let whole: [UInt8]
    private let choice: UInt64
    private var sent = 0

    init(owner: Visitor, body: String, choice: UInt64) {
      (self.owner, self.body, self.choice) = (owner, body, choice)
      whole = octets(body)
    }

    func begin(_ path: Int, lifetime: UInt64, at second: Int64) throws {
      var lines = ["Cache-Control: \(choice == 0 ? "private" : "max-age=\(lifetime)")"]
      if varies(path) { lines.append("Vary: X-V") }
      if choice % 2 == 0 { lines.append("Content-Length: \(whole.count)") }
      try owner.begin(lines, at: second)
    }

    /// Whether it is over.
    func goOn(by count: Int, _ seen: inout Sights) -> Bool {
      let end = min(whole.count, sent + count)
      owner.append(Array(whole[sent..<end]))
      sent = end
      if choice == 1 { owner.fail() }
      if choice == 2 { owner.dropWriter() }
      guard choice <= 2 || sent == whole.count else { return false }
      owner.finish()
      if choice > 2, owner.readAll() != body + "." { seen.wrong += 1 }
      owner.leave()
      return true
    }
  }

  /// Reads on for all who wait, and sends on who waited for the wrong thing.
  private static func poll(_ waiting: inout [Waiter], _ view: borrowing CacheView, _ seen: inout Sights) throws {
    var still: [Waiter] = []
    for var waiter in waiting {
      switch waiter.visitor.head {
      case "waiting": still.append(waiter)
      case "other variant", "released: it is private":
        let anew = try waiter.visitor.again(view)
        if anew.outcome == .wait { still.append(Waiter(visitor: anew, expected: waiter.expected)) }
      case let head where head.hasPrefix("failed"): break
      default:
        waiter.got += waiter.visitor.readAll(limit: 5_000)
        switch waiter.got.utf8.last {
        case UInt8(ascii: "."):
          seen.wholes += 1
          if waiter.got != waiter.expected + "." { seen.wrong += 1 }
        case UInt8(ascii: "!"): break
        default:
          // Without the mark that more will come.
          waiter.got.removeLast()
          still.append(waiter)
        }
      }
    }
    waiting = still
  }
}
