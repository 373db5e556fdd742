import Bytes
import CLinux
import Glibc
import Time

/// One thread's reactor. It hands readiness, timers and turns to its tenants and is itself what they need of their
/// thread: the time, the buffers, the turn queue. Everything here belongs to the thread that made it.
public final class EventLoop {
  /// Events taken from the kernel at once.
  private static let batch = 256

  /// The thread's free buffers.
  public let buffers = BufferPool()
  private let epoll: Int32
  // One struct, so that a turn costs few dynamic checks of exclusivity: one before its events, one for each, one after.
  private var state: LoopState
  private var date = HTTPDateStamp()
  private var isStopping = false

  public init() throws(SystemError) {
    epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
    state = LoopState()
    guard epoll >= 0 else { throw SystemError("epoll_create1") }
  }

  deinit { close(epoll) }

  /// The monotonic clock, read once a turn.
  public var now: Instant { state.now }
  /// The wall clock, read once a turn.
  public var wall: WallTime { state.wall }
  /// Both clocks at once.
  public var clocks: (now: Instant, wall: WallTime) { state.clocks }
  /// How long the last turn's handlers took: what a timer that fires now may be late by.
  public var lag: Nanoseconds { state.lag }

  /// Lends the value of a `Date` field that says now.
  public func withDate<Result, E: Error>(_ body: (Span<UInt8>) throws(E) -> Result) throws(E) -> Result {
    date.update(to: state.wall)
    return try date.withSpan(body)
  }

  /// Tenants present.
  public var tenants: Int { state.slots.count }

  /// Registers a descriptor once, edge-triggered, for its whole life. The tenant is retained until `remove`.
  public func add(_ tenant: any EventTenant, descriptor: Int32) throws(SystemError) -> EventToken {
    let token = state.slots.insert(tenant)
    let events = EPOLLIN.rawValue | EPOLLOUT.rawValue | EPOLLRDHUP.rawValue | EPOLLET.rawValue
    guard clinux_epoll_add(epoll, descriptor, events, token.packed) == 0 else {
      let error = SystemError("epoll_ctl")
      state.slots.remove(token)
      throw error
    }
    return token
  }

  /// A listener's descriptor that several loops share wakes one of them (`EPOLLEXCLUSIVE`).
  public func add(_ tenant: any EventTenant, listener: ListeningSocket) throws(SystemError) -> EventToken {
    let token = state.slots.insert(tenant)
    let events = EPOLLIN.rawValue | EPOLLET.rawValue | EPOLLEXCLUSIVE.rawValue
    guard clinux_epoll_add(epoll, listener.descriptor, events, token.packed) == 0 else {
      let error = SystemError("epoll_ctl")
      state.slots.remove(token)
      throw error
    }
    return token
  }

  /// A tenant with timers and turns alone.
  public func add(_ tenant: any EventTenant) -> EventToken { state.slots.insert(tenant) }

  /// Lets go of a tenant; what is still on its way to it is dropped. Its descriptor is its own to close.
  public func remove(_ token: EventToken) { state.slots.remove(token) }

  /// Takes a descriptor that stays open out of epoll, beside `remove`.
  public func forget(descriptor: Int32) { _ = epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, nil) }

  /// Puts a tenant into the turn queue, once however often it is asked: `turn` is called after this handler.
  public func post(_ token: EventToken) { state.post(token) }

  /// Calls the tenant's `timerFired` at the deadline or up to a tick (8 ms) after it.
  public func schedule(_ tenant: EventToken, at deadline: Instant) -> TimerToken {
    state.wheel.add(tenant, at: deadline)
  }

  /// A stale token does nothing.
  public func cancel(_ timer: TimerToken) { state.wheel.cancel(timer) }

  /// `run` returns after this turn.
  public func stop() { isStopping = true }

  /// Reads the clock again within a turn, for stages that are told apart.
  public func readClock() -> Instant { Instant.readClock() }

  /// Runs until `stop`.
  public func run() {
    // Proof: the events live for as long as the loop runs; `turn` reads no more of them than the kernel wrote.
    unsafe withUnsafeTemporaryAllocation(of: epoll_event.self, capacity: Self.batch) { events in
      var timeout: Int32 = 0
      while !isStopping { timeout = unsafe turn(events, timeout: timeout) }
    }
  }

  /// - Returns: how long the next turn may wait, as `epoll_wait` has it.
  private func turn(_ events: UnsafeMutableBufferPointer<epoll_event>, timeout: Int32) -> Int32 {
    let count = unsafe epoll_wait(epoll, events.baseAddress, Int32(Self.batch), timeout)
    state.beginTurn()
    // Sockets before timers: an answer that is there has not timed out.
    var index = 0
    while index < Int(count) {
      let token = unsafe EventToken(packed: events[index].data.u64)
      let readiness = unsafe Readiness(events: events[index].events)
      index &+= 1
      state.slots.tenant(of: token)?.ready(readiness, in: self)
    }
    if let timeout = state.timeoutIfIdle() { return timeout }
    while let token = state.nextTaken() { state.slots.tenant(of: token)?.timerFired(in: self) }
    state.takePosted()
    while let token = state.nextTaken() { state.slots.tenant(of: token)?.turn(in: self) }
    return state.endTurn()
  }
}

/// What a loop knows, beside its descriptors.
private struct LoopState: ~Copyable {
  var slots = SlotTable()
  var wheel: TimerWheel
  private(set) var now: Instant
  private(set) var wall: WallTime
  private(set) var lag = Nanoseconds.zero
  var clocks: (now: Instant, wall: WallTime) { (now, wall) }
  private var posted: [EventToken] = []
  /// Whose timers are due, or who was posted, in order.
  private var taken: [EventToken] = []
  private var next = 0

  init() {
    now = Instant.readClock()
    wall = WallTime.readClock()
    wheel = TimerWheel(now: now)
  }

  mutating func beginTurn() {
    now = Instant.readClock()
    wall = WallTime.readClock()
  }

  mutating func post(_ token: EventToken) {
    if slots.markPosted(token) { posted.append(token) }
  }

  /// Collects the timers that are due; where there are none, and nobody is posted, the turn has ended.
  mutating func timeoutIfIdle() -> Int32? {
    if !taken.isEmpty { reset() }
    if let wake = wheel.nextWake(), wake <= now { wheel.advance(to: now, due: &taken) }
    return taken.isEmpty && posted.isEmpty ? endTurn() : nil
  }

  /// Who posts itself again in its turn comes after the next look at the sockets.
  mutating func takePosted() {
    reset()
    swap(&posted, &taken)
    for token in taken { slots.clearPosted(token) }
  }

  mutating func nextTaken() -> EventToken? {
    guard next < taken.count else { return nil }
    next += 1
    return taken[next - 1]
  }

  /// Milliseconds until the next timer, rounded up; 0 where someone is posted, -1 where nothing is to come.
  mutating func endTurn() -> Int32 {
    let ended = Instant.readClock()
    lag = ended - now
    guard posted.isEmpty else { return 0 }
    guard let wake = wheel.nextWake() else { return -1 }
    let wait = wake - ended
    return wait.count <= 0 ? 0 : Int32(clamping: (wait.count + 999_999) / 1_000_000)
  }

  private mutating func reset() {
    taken.removeAll(keepingCapacity: true)
    next = 0
  }
}
