import Bytes
import Time

/// Names a timer; stale once it has fired or was cancelled.
public struct TimerToken: Hashable, Sendable {
  let node: UInt32
  let generation: UInt32
  public static let none = TimerToken(node: .max, generation: 0)
}

/// Timers in four wheels of 64 slots (Varghese and Lauck, "Hashed and Hierarchical Timing Wheels", scheme 7): adding
/// and cancelling cost the same however many there are. A timer fires at its tick or up to one tick late, never early.
struct TimerWheel: ~Copyable {
  /// 8 ms; the wheels reach 0.5 s, 33 s, 35 min and 37 h.
  static let tickShift: Int64 = 23
  private static let levels = 4
  private static let none = UInt32.max

  private struct Node {
    var deadline: Int64  // in ticks
    var tenant: EventToken
    var next: UInt32
    var previous: UInt32
    var list: Int32  // level * 64 + slot, or -1 when free
    var generation: UInt32
  }

  private var nodes: [Node] = []
  private var freeNode = TimerWheel.none
  private var heads = FixedBuffer<UInt32>(repeating: .max, count: 256)
  /// One bit a slot that is not empty.
  private var occupied = InlineArray<4, UInt64>(repeating: 0)
  private var tick: Int64
  private(set) var count = 0
  /// Of the last `nextWake`, until a slot fills, empties or is passed: a busy loop asks twice a turn, and moves no
  /// timer in most (120 instructions for each look).
  private var wake: Instant?
  private var isWakeKnown = false

  init(now: Instant) { tick = now.sinceStart.count >> Self.tickShift }

  mutating func add(_ tenant: EventToken, at deadline: Instant) -> TimerToken {
    let due = deadline.sinceStart.count
    let rounded = due.addingReportingOverflow((1 << Self.tickShift) - 1)
    let ticks = Swift.max((rounded.overflow ? Int64.max : rounded.partialValue) >> Self.tickShift, tick + 1)
    let index: UInt32
    if freeNode != Self.none {
      index = freeNode
      freeNode = nodes[Int(index)].next
      nodes[Int(index)].deadline = ticks
      nodes[Int(index)].tenant = tenant
    } else {
      index = UInt32(nodes.count)
      nodes.append(
        Node(deadline: ticks, tenant: tenant, next: Self.none, previous: Self.none, list: -1, generation: 1))
    }
    count += 1
    link(index)
    return TimerToken(node: index, generation: nodes[Int(index)].generation)
  }

  /// A token that is stale does nothing.
  mutating func cancel(_ token: TimerToken) {
    let index = Int(token.node)
    guard index < nodes.count, nodes[index].generation == token.generation, nodes[index].list >= 0 else { return }
    unlink(token.node)
    release(token.node)
  }

  /// Appends the tenants whose timers are due, in order of their ticks.
  mutating func advance(to now: Instant, due: inout [EventToken]) {
    let target = now.sinceStart.count >> Self.tickShift
    isWakeKnown = false
    while tick < target {
      if count == 0 {
        tick = target
        return
      }
      tick = Swift.min(target, Swift.max(tick + 1, nextTick() ?? target))
      cascade()
      let slot = Int(tick & 63)
      while heads[slot] != Self.none {
        let index = heads[slot]
        unlink(index)
        due.append(nodes[Int(index)].tenant)
        release(index)
      }
    }
  }

  /// When `advance` is next worth a call; `nil` without timers.
  mutating func nextWake() -> Instant? {
    guard !isWakeKnown else { return wake }
    isWakeKnown = true
    wake = count > 0 ? nextTick().map { Instant(sinceStart: Nanoseconds($0 << Self.tickShift)) } : nil
    return wake
  }

  /// The next tick at which a slot fires or is to be spread over the wheel below.
  private func nextTick() -> Int64? {
    var best: Int64?
    let occupied = occupied.span
    for level in 0..<Self.levels where occupied[level] != 0 {
      let shift = Int64(level) * 6
      let current = tick >> shift
      let position = UInt64(current & 63)
      // Slots behind the current one, then those of the next round.
      let rotated = position == 63 ? occupied[level] : Self.rotate(occupied[level], by: position + 1)
      let distance = Int64(rotated.trailingZeroBitCount) + 1
      let candidate = (current + distance) << shift
      if best.map({ candidate < $0 }) ?? true { best = candidate }
    }
    return best
  }

  private static func rotate(_ bits: UInt64, by places: UInt64) -> UInt64 {
    places == 0 ? bits : bits >> places | bits << (64 - places)
  }

  /// Spreads the slots that begin at this tick over the wheels below.
  private mutating func cascade() {
    for level in stride(from: Self.levels - 1, through: 1, by: -1) {
      let shift = Int64(level) * 6
      guard tick & ((1 << shift) - 1) == 0 else { continue }
      let list = level * 64 + Int(tick >> shift & 63)
      while heads[list] != Self.none {
        let index = heads[list]
        unlink(index)
        link(index)
      }
    }
  }

  private mutating func link(_ index: UInt32) {
    let deadline = nodes[Int(index)].deadline
    // What lies beyond the last wheel waits in its farthest slot and is linked anew from there.
    let ahead = Swift.min(Swift.max(deadline - tick, 0), (1 << 24) - (1 << 18) - 1)
    let level = ahead < 1 << 6 ? 0 : ahead < 1 << 12 ? 1 : ahead < 1 << 18 ? 2 : 3
    let slot = Int((tick + ahead) >> (Int64(level) * 6) & 63)
    let list = level * 64 + slot
    nodes[Int(index)].next = heads[list]
    nodes[Int(index)].previous = Self.none
    nodes[Int(index)].list = Int32(list)
    if heads[list] != Self.none { nodes[Int(heads[list])].previous = index }
    heads[list] = index
    occupied[level] |= 1 << UInt64(slot)
    isWakeKnown = false
  }

  private mutating func unlink(_ index: UInt32) {
    let node = nodes[Int(index)]
    let list = Int(node.list)
    if node.previous != Self.none { nodes[Int(node.previous)].next = node.next } else { heads[list] = node.next }
    if node.next != Self.none { nodes[Int(node.next)].previous = node.previous }
    if heads[list] == Self.none { occupied[list / 64] &= ~(1 << UInt64(list % 64)) }
    nodes[Int(index)].list = -1
    isWakeKnown = false
  }

  private mutating func release(_ index: UInt32) {
    nodes[Int(index)].generation &+= 1
    nodes[Int(index)].next = freeNode
    freeNode = index
    count -= 1
  }
}
