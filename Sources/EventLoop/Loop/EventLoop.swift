import Bytes
import CLinux
import Glibc
import Time

/// One thread's reactor. It hands readiness, timers and turns to its tenants and is itself what they need of their
/// thread: the time, the buffers, the turn queue. Everything here belongs to the thread that made it.
@safe public final class EventLoop {
  /// The thread's free buffers; tenants give back what they took when they fall idle.
  public let buffers = BufferPool()
  private let epoll: Int32
  @usableFromInline let clock = LoopClock()
  // Proof: made in `init`, freed in `deinit`, of this object alone, on its thread. What `LoopState` does calls nobody
  // back and releases no tenant, so no two uses of it overlap: a dynamic check of exclusivity for each (a third of a
  // turn's own instructions) would never find anything.
  private let state: UnsafeMutablePointer<LoopState>
  private var date = HTTPDateStamp()
  private var isStopping = false

  public init() throws(SystemError) {
    epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
    unsafe state = .allocate(capacity: 1)
    unsafe state.initialize(to: LoopState(now: clock.now))
    guard epoll >= 0 else { throw SystemError("epoll_create1") }
  }

  deinit {
    close(epoll)
    unsafe state.deinitialize(count: 1)
    unsafe state.deallocate()
  }

  /// The monotonic clock, read once a turn.
  @inlinable public var now: Instant { clock.now }
  /// The wall clock, read once a turn.
  @inlinable public var wall: WallTime { clock.wall }
  /// Both clocks at once.
  @inlinable public var clocks: (now: Instant, wall: WallTime) { (clock.now, clock.wall) }
  /// How long the last turn's handlers took: what a timer that fires now may be late by.
  @inlinable public var lag: Nanoseconds { clock.lag }

  /// Lends the value of a `Date` field that says now.
  public func withDate<Result, E: Error>(_ body: (Span<UInt8>) throws(E) -> Result) throws(E) -> Result {
    date.update(to: wall)
    return try date.withSpan(body)
  }

  /// Tenants present.
  public var tenants: Int { unsafe state.pointee.slots.count }

  /// Registers a descriptor once, edge-triggered, for its whole life. The tenant is retained until `remove`.
  public func add(_ tenant: any EventTenant, descriptor: Int32) throws(SystemError) -> EventToken {
    let token = unsafe state.pointee.slots.insert(tenant)
    let events = EPOLLIN.rawValue | EPOLLOUT.rawValue | EPOLLRDHUP.rawValue | EPOLLET.rawValue
    guard clinux_epoll_add(epoll, descriptor, events, token.packed) == 0 else {
      let error = SystemError("epoll_ctl")
      remove(token)
      throw error
    }
    return token
  }

  /// A listener's descriptor that several loops share wakes one of them (`EPOLLEXCLUSIVE`).
  public func add(_ tenant: any EventTenant, listener: ListeningSocket) throws(SystemError) -> EventToken {
    let token = unsafe state.pointee.slots.insert(tenant)
    let events = EPOLLIN.rawValue | EPOLLET.rawValue | EPOLLEXCLUSIVE.rawValue
    guard clinux_epoll_add(epoll, listener.descriptor, events, token.packed) == 0 else {
      let error = SystemError("epoll_ctl")
      remove(token)
      throw error
    }
    return token
  }

  /// A tenant with timers and turns alone.
  public func add(_ tenant: any EventTenant) -> EventToken { unsafe state.pointee.slots.insert(tenant) }

  /// Another tenant takes over a descriptor with its token: what is on its way to the one before reaches it instead.
  public func replace(_ token: EventToken, with tenant: any EventTenant) {
    let before = unsafe state.pointee.slots.replace(token, with: tenant)
    withExtendedLifetime(before) {}
  }

  /// Lets go of a tenant; what is still on its way to it is dropped. Its descriptor is its own to close.
  public func remove(_ token: EventToken) {
    // Let go of here, when the state is no longer in use: it may have been the last reference.
    let tenant = unsafe state.pointee.slots.remove(token)
    withExtendedLifetime(tenant) {}
  }

  /// Takes a descriptor that stays open out of epoll, beside `remove`.
  public func forget(descriptor: Int32) { _ = epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, nil) }

  /// Puts a tenant into the turn queue, once however often it is asked: `turn` is called after this handler.
  public func post(_ token: EventToken) { unsafe state.pointee.post(token) }

  /// Calls the tenant's `timerFired` at the deadline or up to a tick (8 ms) after it.
  public func schedule(_ tenant: EventToken, at deadline: Instant) -> TimerToken {
    unsafe state.pointee.wheel.add(tenant, at: deadline)
  }

  /// A stale token does nothing. In `timerFired` it is too late for a timer that is due in the same turn: those were
  /// collected together, and it still fires. A tenant that minds compares its deadline with `now`.
  public func cancel(_ timer: TimerToken) { unsafe state.pointee.wheel.cancel(timer) }

  /// Whether the kernel has said something of a tenant's descriptor that its `ready` is still to be told in this turn.
  /// It looks through up to 256 events.
  public func isReady(_ token: EventToken) -> Bool { unsafe state.pointee.events.holds(token) }

  /// `run` returns after this turn.
  public func stop() { isStopping = true }

  /// Reads the clock again within a turn, for stages that are told apart.
  public func readClock() -> Instant { Instant.readClock() }

  /// Runs until `stop`.
  public func run() {
    var timeout: Int32 = 0
    while !isStopping { timeout = turn(timeout: timeout) }
  }

  /// - Returns: how long the next turn may wait, as `epoll_wait` has it.
  private func turn(timeout: Int32) -> Int32 {
    unsafe state.pointee.events.wait(on: epoll, timeout: timeout)
    clock.read()
    // Sockets before timers: an answer that is there has not timed out.
    while let (token, readiness) = unsafe state.pointee.events.next() {
      unsafe state.pointee.slots.tenant(of: token)?.ready(readiness, in: self)
    }
    if unsafe state.pointee.hasMore(at: now) {
      while let tenant = unsafe state.pointee.nextTaken() { tenant.timerFired(in: self) }
      unsafe state.pointee.takePosted()
      while let tenant = unsafe state.pointee.nextTaken() { tenant.turn(in: self) }
    }
    return unsafe state.pointee.timeout(at: clock.noteEnd())
  }
}

/// What a loop knows, beside its descriptors and clocks.
private struct LoopState: ~Copyable {
  var events = EventBatch()
  var slots = SlotTable()
  var wheel: TimerWheel
  private var posted: [EventToken] = []
  /// Whose timers are due, or who was posted, in order.
  private var taken: [EventToken] = []
  private var next = 0

  init(now: Instant) { wheel = TimerWheel(now: now) }

  mutating func post(_ token: EventToken) {
    if slots.markPosted(token) { posted.append(token) }
  }

  /// Collects the timers that are due. `false` where there are none, and nobody is posted.
  mutating func hasMore(at now: Instant) -> Bool {
    if !taken.isEmpty { reset() }
    if let wake = wheel.nextWake(), wake <= now { wheel.advance(to: now, due: &taken) }
    return !taken.isEmpty || !posted.isEmpty
  }

  /// Who posts itself again in its turn comes after the next look at the sockets.
  mutating func takePosted() {
    reset()
    swap(&posted, &taken)
    for token in taken { slots.clearPosted(token) }
  }

  /// The next of them who is still there.
  mutating func nextTaken() -> (any EventTenant)? {
    while next < taken.count {
      let token = taken[next]
      next &+= 1
      if let tenant = slots.tenant(of: token) { return tenant }
    }
    return nil
  }

  /// Milliseconds until the next timer, rounded up; 0 where someone is posted, -1 where nothing is to come.
  mutating func timeout(at ended: Instant) -> Int32 {
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
