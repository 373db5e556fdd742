import Bytes
import Testing
import Time

@testable import HTTP

@Suite("Windows, allowances and orders of an HTTP/2 connection")
struct ConnectionPartsTests {
  // MARK: Windows

  @Test("RFC 9113 §6.9.1: a window opens up to 2^31 - 1, and may be below zero")
  func flow() {
    var window = FlowWindow(10)
    window.spend(10)
    #expect(!window.isOpen && window.octets == 0)
    let isLowered = window.open(by: -20)
    #expect(isLowered && window.octets == -20 && !window.isOpen)
    let isOpened = window.open(by: .max)
    let isOverflowing = window.open(by: 21)
    #expect(isOpened && !isOverflowing && window.octets == .max - 20)
  }

  @Test("what was taken is told once it is half of the window, and the window doubles only where nothing waits")
  func receive() {
    var window = ReceiveWindow(100)
    let isTooMuch = window.receive(101)
    let isAllowed = window.receive(60)
    #expect(!isTooMuch && isAllowed && window.left == 40)
    let few = window.take(49, growingTo: 1_000)
    let half = window.take(1, growingTo: 1_000)
    // 10 octets still wait: as much as was taken, and no more.
    #expect(few == nil && half == 50 && window.left == 90 && window.size == 100)
    let isRest = window.receive(90)
    let all = window.take(100, growingTo: 150)
    #expect(isRest && all == 150 && window.size == 150 && window.left == 150)
    let isAll = window.receive(150)
    let again = window.take(150, growingTo: 150)
    #expect(isAll && again == 150 && window.size == 150)
  }

  @Test("bodies that nobody takes give their connection its window back with their places")
  func untaken() {
    let peer = ScriptedPeer()
    peer.takesBodies = false
    var granted = 1_048_576
    for stream in stride(from: UInt32(1), to: 400, by: 2) {
      let events = peer.send(frame(.headers, .endHeaders, stream: stream, request("POST")))
      #expect(events == [.request(slot: 0, isEnded: false)])
      for _ in 0..<3 {
        peer.send(frame(.data, .padded, stream: stream, [9] + [UInt8](repeating: 7, count: 16_009)))
        granted -= 16_010
      }
      peer.write { $0.release(0, into: &$1) }
      // Of a stream that is over: taken by nobody, padding too.
      peer.send(frame(.data, .padded, stream: stream, [9] + [UInt8](repeating: 7, count: 1_000)))
      granted -= 1_001
      for line in peer.frames() where line.hasPrefix("WINDOW_UPDATE 0 ") {
        granted += Int(line.split(separator: " ")[2]) ?? 0
      }
      #expect(granted > 400_000 && granted <= 1_048_576)
    }
  }

  // MARK: Allowances

  @Test(
    "an allowance is used up at once, and comes back with time, in however small steps", arguments: [1, 300, 1_900])
  func allowance(microseconds: Int64) {
    var guards = FloodGuard()
    var now = Instant(sinceStart: .seconds(5))
    let used1 = Self.used(.ping, of: &guards, at: now)
    #expect(used1 == 100)
    // 10 a second: within 3 s what was refused, and 29 more.
    let end = now + .seconds(3)
    while now < end {
      now = now + Nanoseconds(microseconds * 1_000)
      if microseconds == 1 { now = end }
      _ = guards.allows(.ping, 0, at: now)
    }
    let left = Self.used(.ping, of: &guards, at: now)
    #expect((28...29).contains(left))
  }

  /// How often it is allowed until it is not.
  private static func used(_ flood: HTTP2Flood, of guards: inout FloodGuard, at now: Instant) -> Int {
    var count = 0
    while guards.allows(flood, at: now) { count += 1 }
    return count
  }

  @Test("useful work earns an allowance back, up to its burst")
  func earning() {
    var guards = FloodGuard()
    let now = Instant(sinceStart: .seconds(5))
    let used2 = Self.used(.windowUpdates, of: &guards, at: now)
    #expect(used2 == 2_000)
    // One was refused and has to be earned first.
    guards.earn(.windowUpdates, 4)
    let used3 = Self.used(.windowUpdates, of: &guards, at: now)
    #expect(used3 == 3)
    guards.earn(.windowUpdates, 1_000_000)
    let used4 = Self.used(.windowUpdates, of: &guards, at: now)
    #expect(used4 == 2_000)
  }

  // MARK: Closed streams

  @Test("the last 256 streams that ended are known, and what was said of one last counts")
  func closed() {
    var closed = ClosedStreams()
    closed.append(1, .known)
    closed.append(3, .known)
    closed.append(3, .reset)
    #expect(closed.ending(of: 1) == .known && closed.ending(of: 3) == .reset && closed.ending(of: 5) == nil)
    for stream in stride(from: UInt32(5), to: 5 + 2 * 254, by: 2) { closed.append(stream, .known) }
    #expect(closed.ending(of: 1) == nil && closed.ending(of: 3) == .reset && closed.ending(of: 5) == .known)
    closed.append(1_001, .reset)
    #expect(closed.ending(of: 3) == .reset && closed.ending(of: 1_001) == .reset)
    closed.append(1_003, .known)
    #expect(closed.ending(of: 3) == nil && closed.ending(of: 1_003) == .known)
  }

  // MARK: Priorities

  @Test(
    "RFC 9218 §4: what a Priority field says",
    arguments: [
      ("", 3, false), ("u=0", 0, false), ("u=7, i", 7, true), ("i, u=1", 1, true), ("u=8", 3, false),
      ("u=-1", 3, false),
      ("i=?0", 3, false), ("i=?1", 3, true), ("u=1;a=1, i;b", 1, true), ("u=1, u=5", 5, false), ("U=1, I", 3, false),
      (" u=2 ,i ", 2, true), ("u=", 3, false), ("u", 3, false), ("x=1, u=4", 4, false),
    ])
  func priority(value: String, urgency: UInt8, isIncremental: Bool) {
    let octets = Array(value.utf8)
    let priority = Priority(octets.span)
    #expect(priority.urgency == urgency && priority.isIncremental == isIncremental)
  }

  /// Streams that all have octets: number, urgency, incremental.
  private static func table(_ streams: [(UInt32, UInt8, Bool)]) -> StreamTable {
    var table = StreamTable()
    for (id, urgency, isIncremental) in streams {
      var stream = HTTP2Stream()
      (stream.id, stream.isSending, stream.isReady, stream.sendWindow) = (id, true, true, FlowWindow(1_000))
      (stream.priority.urgency, stream.priority.isIncremental) = (urgency, isIncremental)
      _ = table.insert(stream)
    }
    return table
  }

  private static func served(_ table: inout StreamTable, _ order: inout SendOrder, frames: Int) -> [UInt32] {
    var served: [UInt32] = []
    for _ in 0..<frames {
      guard let slot = order.next(of: table) else { break }
      served.append(table[slot].id)
      order.sent(&table[slot])
    }
    return served
  }

  @Test("RFC 9218 §10: the soonest urgency first, whole answers in order, parts by turns")
  func order() {
    var order = SendOrder()
    var whole = Self.table([(5, 3, false), (3, 3, false), (1, 5, false)])
    do {
      let served = Self.served(&whole, &order, frames: 7)
      #expect(served == [3, 3, 3, 3, 3, 3, 3])
    }
    order = SendOrder()
    var parts = Self.table([(1, 3, true), (3, 3, true), (5, 1, true)])
    do {
      let served = Self.served(&parts, &order, frames: 7)
      #expect(served == [5, 5, 5, 5, 5, 5, 5])
    }
    parts[2].isReady = false
    order = SendOrder()
    do {
      let served = Self.served(&parts, &order, frames: 4)
      #expect(served == [1, 3, 1, 3])
    }
  }

  @Test("every eighth frame goes to who waited longest; who has come just now has waited shortest")
  func fairness() {
    var order = SendOrder()
    var table = Self.table([(1, 0, false), (3, 7, false), (5, 7, false)])
    let served = Self.served(&table, &order, frames: 32)
    #expect(served.filter { $0 == 3 }.count == 2 && served.filter { $0 == 5 }.count == 2)
    var stream = HTTP2Stream()
    (stream.id, stream.isSending, stream.isReady, stream.sendWindow) = (7, true, true, FlowWindow(1_000))
    (stream.priority.urgency, stream.served) = (7, order.now)
    _ = table.insert(stream)
    do {
      let served = Self.served(&table, &order, frames: 8)
      #expect(!served.contains(7))
    }
  }

  @Test("who has no window, or nothing to send, is passed over")
  func passedOver() {
    var order = SendOrder()
    var table = Self.table([(1, 0, false), (3, 1, false), (5, 2, false)])
    table[0].sendWindow = FlowWindow(0)
    table[1].isReady = false
    do {
      let served = Self.served(&table, &order, frames: 1)
      #expect(served == [5])
    }
    table[2].sendWindow = FlowWindow(-1)
    let nobody = order.next(of: table)
    #expect(nobody == nil)
  }
}
