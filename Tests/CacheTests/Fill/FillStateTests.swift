import Bytes
import Testing
import Time

@testable import Cache

@Suite("A fill's readers")
struct FillStateTests {
  private func slice(_ text: String) -> Slice { Slice(Chunk(copying: octets(text).span)) }

  private func read(_ state: inout FillState, _ index: Int, limit: Int = 1_000, at now: Instant = .second(0)) -> String
  {
    switch state.read(index, limit: limit, at: now).body {
    case .octets(let slice):
      slice.withSpan { span in
        var copy: [UInt8] = []
        copy.append(span)
        return text(copy)
      }
    case .waiting: "…"
    case .end: "."
    case .failed: "failed"
    case .cut: "cut"
    }
  }

  /// The places of readers on these workers, before which the head came.
  private func begin(_ state: inout FillState, _ workers: [Int]) throws -> [Int] {
    var readers: [Int] = []
    for worker in workers { if let place = join(&state, worker) { readers.append(place) } }
    _ = state.begin(try Sample.head(), length: nil, spec: nil, selection: [])
    return readers
  }

  private func join(_ state: inout FillState, _ worker: Int, limit: Int = 10) -> Int? {
    state.join(worker: worker, limit: limit, at: .second(0))
  }

  @Test("each reads at its own pace, and all read the same")
  func paces() throws {
    var state = FillState()
    let readers = try begin(&state, [1, 2, 3])
    _ = state.append(slice("abc"))
    #expect(read(&state, readers[0]) == "abc")
    #expect(read(&state, readers[1], limit: 2) == "ab")
    _ = state.append(slice("def"))
    #expect(read(&state, readers[1], limit: 2) == "c")
    #expect(read(&state, readers[2]) == "abc" && read(&state, readers[2]) == "def" && read(&state, readers[2]) == "…")
    _ = state.finish()
    #expect(read(&state, readers[1]) == "def" && read(&state, readers[1]) == ".")
    #expect(read(&state, readers[0]) == "def" && read(&state, readers[0]) == ".")
    #expect(read(&state, readers[2]) == ".")
    let joined = join(&state, 4)
    let late = try #require(joined)
    #expect(read(&state, late) == "abc")
  }

  @Test("a worker is told once, and only where it waits")
  func notified() throws {
    var state = FillState()
    let places = (join(&state, 1), join(&state, 200))
    let (first, second) = (try #require(places.0), try #require(places.1))
    guard case .waiting = state.head(for: first) else {
      Issue.record("a head before it came")
      return
    }
    let begun = state.begin(try Sample.head(), length: nil, spec: nil, selection: [])
    #expect(begun.contains(1) && !begun.contains(200))
    #expect(read(&state, second) == "…")
    let added = state.append(slice("a")).notify
    #expect(!added.contains(1) && added.contains(200))
    #expect(state.append(slice("b")).notify.isEmpty)
    #expect(state.finish().isEmpty)
  }

  @Test("joining pieces changes nothing for readers", arguments: 0...4)
  func joined(position: Int) throws {
    var state = FillState()
    let readers = try begin(&state, [1])
    _ = state.append(slice("ab"))
    _ = state.append(slice("c"))
    var got = ""
    while got.utf8.count < min(position, 3) { got += read(&state, readers[0], limit: 1) }
    _ = state.append(slice("abcd"), repeating: 3)
    while got.utf8.count < 4 { got += read(&state, readers[0], limit: 1) }
    #expect(got == "abcd" && state.end == 4 && state.slices.count == 1)
  }

  @Test("a failure ends it for all, whatever they have read")
  func failed() throws {
    var state = FillState()
    let readers = try begin(&state, [1, 2])
    _ = state.append(slice("abc"))
    #expect(read(&state, readers[0]) == "abc" && read(&state, readers[0]) == "…")
    let told = state.fail(.abandoned)
    #expect(told.contains(1) && !told.contains(2))
    #expect(read(&state, readers[0]) == "failed" && read(&state, readers[1]) == "failed")
    #expect(join(&state, 1) == nil)
  }

  @Test("readers are bounded, and a place is used again")
  func bounded() throws {
    var state = FillState()
    let joined = join(&state, 0, limit: 2)
    let first = try #require(joined)
    #expect(join(&state, 0, limit: 2) != nil)
    #expect(join(&state, 0, limit: 2) == nil)
    _ = state.leave(first)
    _ = state.leave(first)
    #expect(state.readerCount == 1)
    #expect(join(&state, 0, limit: 2) == first)
  }

  @Test("outgrown, the owner waits for the slowest, and drops what all have read")
  func window() throws {
    var state = FillState()
    let readers = try begin(&state, [1, 2])
    let piece = Slice(Chunk(copying: [UInt8](repeating: 0x61, count: FillState.window / 4).span))
    _ = state.append(piece)
    state.outgrow()
    #expect(join(&state, 3) == nil, "only for those who have begun")
    #expect(!state.append(piece).pauses && !state.append(piece).pauses)
    #expect(state.append(piece).pauses)
    for _ in 0..<4 { #expect(!state.read(readers[0], limit: .max, at: .second(0)).wakesOwner) }
    #expect(read(&state, readers[0]) == "…")
    var wakes: [Bool] = []
    for _ in 0..<4 { wakes.append(state.read(readers[1], limit: .max, at: .second(0)).wakesOwner) }
    #expect(wakes == [false, false, true, false], "once, when less than half of the window is left")
    #expect(state.slices.isEmpty)
    _ = state.append(piece)
    _ = state.finish()
    #expect(read(&state, readers[1], limit: .max).utf8.count == piece.count)
    #expect(read(&state, readers[1]) == ".")
  }

  @Test("who does not get on is cut, the others go on")
  func cut() throws {
    var state = FillState()
    let readers = try begin(&state, [1, 2])
    let piece = Slice(Chunk(copying: [UInt8](repeating: 0x61, count: FillState.window).span))
    state.outgrow()
    #expect(state.append(piece).pauses)
    #expect(read(&state, readers[0], limit: .max, at: .second(9)).utf8.count == piece.count)
    #expect(read(&state, readers[1], limit: 5, at: .second(5)) == "aaaaa")
    #expect(!state.cut(stuckSince: .second(5)).wakesOwner)
    let (notify, wakesOwner) = state.cut(stuckSince: .second(6))
    #expect(wakesOwner && notify.contains(2))
    #expect(read(&state, readers[1]) == "cut" && read(&state, readers[0]) == "…")
  }

  @Test("outgrown, a slow reader that leaves lets the owner go on")
  func left() throws {
    var state = FillState()
    let readers = try begin(&state, [1, 2])
    let piece = Slice(Chunk(copying: [UInt8](repeating: 0x61, count: FillState.window).span))
    state.outgrow()
    #expect(state.append(piece).pauses)
    _ = read(&state, readers[0], limit: .max)
    #expect(state.leave(readers[1]) && state.slices.isEmpty)
  }
}

@Suite("A set of workers")
struct WorkerSetTests {
  @Test("holds 0 to 255, in order")
  func members() {
    var set = WorkerSet()
    for worker in [255, 0, 64, 63, 0, -1, 256] { set.insert(worker) }
    #expect(Array(set) == [0, 63, 64, 255])
    #expect(set.contains(63) && !set.contains(62) && !set.contains(256) && !set.contains(-1))
    #expect(!set.isEmpty && WorkerSet().isEmpty && set != WorkerSet())
  }
}
