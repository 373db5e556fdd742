import Bytes
import CLinux
import Glibc
import Time

/// One thread's reactor. It hands readiness, timers and turns to its tenants and is itself what they need of their
/// thread: the time, the buffers, the turn queue. Everything here belongs to the thread that made it.
public final class EventLoop {
  /// Events taken from the kernel at once.
  private static let batch = 256

  /// The thread's free buffers; tenants give back what they took when they fall idle.
  public let buffers = BufferPool()
  /// The monotonic clock, read once a turn.
  public private(set) var now = Instant.readClock()
  /// The wall clock, read once a turn.
  public private(set) var wall = WallTime.readClock()
  /// How long the last turn's handlers took: what a timer that fires now may be late by.
  public private(set) var lag = Nanoseconds.zero

  private let epoll: Int32
  private var slots = SlotTable()
  private var wheel: TimerWheel
  private var date = HTTPDateStamp()
  private var posted: [EventToken] = []
  private var taking: [EventToken] = []
  private var isStopping = false

  public init() throws(SystemError) {
    epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
    guard epoll >= 0 else { throw SystemError("epoll_create1") }
    wheel = TimerWheel(now: now)
    date.update(to: wall)
  }

  deinit { close(epoll) }

  /// The current `Date` field's value, lent.
  public func withDate<Result, E: Error>(_ body: (Span<UInt8>) throws(E) -> Result) throws(E) -> Result {
    try date.withSpan(body)
  }

  /// Tenants present.
  public var tenants: Int { slots.count }

  /// Registers a descriptor once, edge-triggered, for its whole life. The tenant is retained until `remove`.
  public func add(_ tenant: any EventTenant, descriptor: Int32) throws(SystemError) -> EventToken {
    let token = slots.insert(tenant)
    let events = EPOLLIN.rawValue | EPOLLOUT.rawValue | EPOLLRDHUP.rawValue | EPOLLET.rawValue
    guard clinux_epoll_add(epoll, descriptor, events, token.packed) == 0 else {
      let error = SystemError("epoll_ctl")
      slots.remove(token)
      throw error
    }
    return token
  }

  /// A listener's descriptor that several loops share wakes one of them (`EPOLLEXCLUSIVE`).
  public func add(_ tenant: any EventTenant, listener: ListeningSocket) throws(SystemError) -> EventToken {
    let token = slots.insert(tenant)
    let events = EPOLLIN.rawValue | EPOLLET.rawValue | EPOLLEXCLUSIVE.rawValue
    guard clinux_epoll_add(epoll, listener.descriptor, events, token.packed) == 0 else {
      let error = SystemError("epoll_ctl")
      slots.remove(token)
      throw error
    }
    return token
  }

  /// A tenant with timers and turns alone.
  public func add(_ tenant: any EventTenant) -> EventToken { slots.insert(tenant) }

  /// Lets go of a tenant; what is still on its way to it is dropped. Its descriptor is its own to close.
  public func remove(_ token: EventToken) { slots.remove(token) }

  /// Takes a descriptor that stays open out of epoll, beside `remove`.
  public func forget(descriptor: Int32) { _ = epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, nil) }

  /// Puts a tenant into the turn queue, once however often it is asked: `turn` is called after this handler.
  public func post(_ token: EventToken) {
    if slots.markPosted(token) { posted.append(token) }
  }

  /// Calls the tenant's `timerFired` once, up to 8 ms after `deadline` and never before it, but for what `lag` adds.
  public func schedule(_ tenant: EventToken, at deadline: Instant) -> TimerToken { wheel.add(tenant, at: deadline) }

  /// A stale token does nothing.
  public func cancel(_ timer: TimerToken) { wheel.cancel(timer) }

  /// `run` returns after this turn.
  public func stop() { isStopping = true }

  /// Reads the clock again within a turn, for stages that are told apart.
  public func readClock() -> Instant { Instant.readClock() }

  /// Runs until `stop`.
  public func run() {
    // Proof: the events live for as long as the loop runs; `turn` reads no more of them than the kernel wrote.
    unsafe withUnsafeTemporaryAllocation(of: epoll_event.self, capacity: Self.batch) { events in
      while !isStopping { unsafe turn(events) }
    }
  }

  private func turn(_ events: UnsafeMutableBufferPointer<epoll_event>) {
    let count = unsafe epoll_wait(epoll, events.baseAddress, Int32(Self.batch), timeout())
    updateClock()
    let began = now
    // Sockets before timers: an answer that is there has not timed out.
    var index = 0
    while index < Int(count) {
      let token = unsafe EventToken(packed: events[index].data.u64)
      let readiness = unsafe Readiness(events: events[index].events)
      index &+= 1
      slots.tenant(of: token)?.ready(readiness, in: self)
    }
    fireTimers()
    runPosted()
    lag = Instant.readClock() - began
  }

  private func updateClock() {
    now = Instant.readClock()
    wall = WallTime.readClock()
    date.update(to: wall)
  }

  private func fireTimers() {
    guard let wake = wheel.nextWake(), wake < now || wake == now else { return }
    var due: [EventToken] = []
    wheel.advance(to: now, due: &due)
    for token in due { slots.tenant(of: token)?.timerFired(in: self) }
  }

  /// Who posts itself again in its turn comes after the next look at the sockets.
  private func runPosted() {
    guard !posted.isEmpty else { return }
    swap(&posted, &taking)
    for token in taking {
      slots.clearPosted(token)
      slots.tenant(of: token)?.turn(in: self)
    }
    taking.removeAll(keepingCapacity: true)
  }

  /// Milliseconds until the next timer, rounded up; -1 without one.
  private func timeout() -> Int32 {
    guard posted.isEmpty else { return 0 }
    guard let wake = wheel.nextWake() else { return -1 }
    let wait = wake - Instant.readClock()
    return wait.count <= 0 ? 0 : Int32(clamping: (wait.count + 999_999) / 1_000_000)
  }
}
