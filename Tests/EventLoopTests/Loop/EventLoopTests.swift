import Bytes
import Glibc
import Testing
import Time

@testable import EventLoop

/// A tenant that notes what it is told, and does what the test says then.
private final class Recorder: EventTenant {
  var events: [String] = []
  var onReady: (Readiness, EventLoop) -> Void = { _, _ in }
  var onTurn: (EventLoop) -> Void = { _ in }
  var onTimer: (EventLoop) -> Void = { _ in }

  func ready(_ readiness: Readiness, in loop: EventLoop) {
    events.append("ready")
    onReady(readiness, loop)
  }

  func turn(in loop: EventLoop) {
    events.append("turn")
    onTurn(loop)
  }

  func timerFired(in loop: EventLoop) {
    events.append("timer")
    onTimer(loop)
  }
}

extension EventLoop {
  /// Runs until it is stopped; after ten seconds that is a failure.
  func run(_ location: SourceLocation) {
    let watch = Recorder()
    watch.onTimer = { loop in
      Issue.record("nobody stopped the loop", sourceLocation: location)
      loop.stop()
    }
    let token = add(watch)
    let timer = schedule(token, at: now + .seconds(10))
    run()
    cancel(timer)
    remove(token)
  }
}

/// Two ends of a connection, neither of which waits.
func socketPair() throws -> (near: Int32, far: Int32) {
  var ends: [Int32] = [-1, -1]
  let code = unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0, &ends)
  try #require(code == 0)
  return (ends[0], ends[1])
}

@Suite("The loop", .timeLimit(.minutes(1)))
struct EventLoopTests {
  @Test("readiness is told once, and names ends")
  func readiness() throws {
    let loop = try EventLoop()
    let (near, far) = try socketPair()
    defer { close(near) }
    let tenant = Recorder()
    var told: [Readiness] = []
    let token = try loop.add(tenant, descriptor: near)
    _ = unsafe write(far, "x", 1)
    tenant.onReady = { readiness, loop in
      told.append(readiness)
      if told.count == 1 { loop.post(token) } else { loop.stop() }
    }
    // Nothing was read: what is edge-triggered is not told again for it, but for the end.
    tenant.onTurn = { _ in close(far) }
    loop.run(#_sourceLocation)
    #expect(told.first?.contains([.readable, .writable]) == true)
    #expect(told.first?.contains(.ended) == false)
    #expect(told.last?.contains([.readable, .ended, .broken]) == true)
    #expect(tenant.events == ["ready", "turn", "ready"])
  }

  @Test("a turn that was asked for often comes once, and what asks again in its turn comes after the sockets")
  func turns() throws {
    let loop = try EventLoop()
    let (near, far) = try socketPair()
    defer {
      close(near)
      close(far)
    }
    let (first, second) = (Recorder(), Recorder())
    let token = loop.add(first)
    for _ in 0..<3 { loop.post(token) }
    var order: [String] = []
    var turns = 0
    first.onTurn = { loop in
      turns += 1
      order.append("turn")
      if turns == 1 {
        do { _ = try loop.add(second, descriptor: near) } catch { Issue.record(error) }
      }
      if turns < 3 { loop.post(token) } else { loop.stop() }
    }
    second.onReady = { _, _ in order.append("ready") }
    loop.run(#_sourceLocation)
    #expect(order == ["turn", "ready", "turn", "turn"])
  }

  @Test("who has left hears nothing: no event of the same batch, no turn, no timer")
  func leaving() throws {
    let loop = try EventLoop()
    let (near, far) = try socketPair()
    defer {
      close(near)
      close(far)
    }
    let tenants = [Recorder(), Recorder()]
    // Both are ready in the same batch; whoever is first takes the other out.
    let tokens = try [loop.add(tenants[0], descriptor: near), loop.add(tenants[1], descriptor: far)]
    for index in 0...1 {
      tenants[index].onReady = { _, loop in
        loop.post(tokens[1 - index])
        _ = loop.schedule(tokens[1 - index], at: loop.now)
        loop.remove(tokens[1 - index])
        _ = loop.schedule(tokens[index], at: loop.now + .milliseconds(30))
      }
      tenants[index].onTimer = { loop in loop.stop() }
    }
    loop.run(#_sourceLocation)
    #expect(tenants.map(\.events).sorted { $0.count > $1.count } == [["ready", "timer"], []])
    #expect(loop.tenants == 1)
  }

  @Test("tenants are retained while they are in, and let go of when they leave")
  func retaining() throws {
    let loop = try EventLoop()
    weak var tenant: Recorder?
    let token: EventToken
    do {
      let kept = Recorder()
      tenant = kept
      token = loop.add(kept)
    }
    #expect(tenant != nil)
    loop.remove(token)
    #expect(tenant == nil)
  }

  @Test("a descriptor that can't be watched adds nobody")
  func refused() throws {
    let loop = try EventLoop()
    #expect(throws: SystemError("epoll_ctl", code: EBADF)) { try loop.add(Recorder(), descriptor: -1) }
    #expect(loop.tenants == 0)
  }

  @Test("who leaves with its last reference finds the loop without it, and may use it")
  func farewell() throws {
    final class Leaver: EventTenant {
      let loop: EventLoop
      let heir: Recorder
      let note: (Int) -> Void
      init(_ loop: EventLoop, heir: Recorder, note: @escaping (Int) -> Void) {
        (self.loop, self.heir, self.note) = (loop, heir, note)
      }
      deinit {
        note(loop.tenants)
        loop.post(loop.add(heir))
      }
      func ready(_ readiness: Readiness, in loop: EventLoop) {}
    }
    let loop = try EventLoop()
    let heir = Recorder()
    heir.onTurn = { loop in loop.stop() }
    var left = -1
    let token = loop.add(Leaver(loop, heir: heir) { left = $0 })
    #expect(loop.tenants == 1)
    loop.remove(token)
    #expect(left == 0)
    #expect(loop.tenants == 1)
    loop.run(#_sourceLocation)
    #expect(heir.events == ["turn"])
  }
}

@Suite("Deadlines", .timeLimit(.minutes(1)))
struct DeadlineTests {
  /// A tenant with one deadline.
  private final class Waiter: EventTenant {
    private var deadline = Deadline()
    var token = EventToken.none
    var fired = 0
    var came: [Instant] = []
    /// What it does each time its deadline has come.
    var onDeadline: (Waiter, EventLoop) -> Void = { _, loop in loop.stop() }

    func ready(_ readiness: Readiness, in loop: EventLoop) {}
    func set(_ instant: Instant, in loop: EventLoop) { deadline.set(instant, of: token, in: loop) }
    func cancel(in loop: EventLoop) { deadline.cancel(in: loop) }
    var instant: Instant { deadline.instant }

    func timerFired(in loop: EventLoop) {
      fired += 1
      guard deadline.hasCome(of: token, in: loop) else { return }
      came.append(loop.now)
      onDeadline(self, loop)
    }
  }

  @Test("one that moves later fires its old timer once, and comes at its new time")
  func later() throws {
    let loop = try EventLoop()
    let waiter = Waiter()
    waiter.token = loop.add(waiter)
    let start = loop.now
    waiter.set(start + .milliseconds(10), in: loop)
    for milliseconds in 11...60 { waiter.set(start + .milliseconds(Int64(milliseconds)), in: loop) }
    loop.run(#_sourceLocation)
    #expect(waiter.fired == 2)
    #expect(waiter.came.count == 1)
    #expect(waiter.came.allSatisfy { $0 - start >= .milliseconds(60) })
  }

  @Test("one that moves earlier comes earlier, and once")
  func earlier() throws {
    let loop = try EventLoop()
    let (waiter, watch) = (Waiter(), Waiter())
    (waiter.token, watch.token) = (loop.add(waiter), loop.add(watch))
    let start = loop.now
    waiter.set(start + .milliseconds(80), in: loop)
    waiter.set(start + .milliseconds(20), in: loop)
    watch.set(start + .milliseconds(120), in: loop)
    waiter.onDeadline = { _, _ in }
    loop.run(#_sourceLocation)
    #expect(waiter.fired == 1)
    #expect(waiter.came.count == 1)
    #expect(waiter.came.allSatisfy { $0 - start < .milliseconds(80) })
    #expect(waiter.instant == .distantFuture, "once it has come it is none")
  }

  @Test("none does not come, whether it was put off or cancelled", arguments: [false, true])
  func none(cancels: Bool) throws {
    let loop = try EventLoop()
    let (waiter, watch) = (Waiter(), Waiter())
    (waiter.token, watch.token) = (loop.add(waiter), loop.add(watch))
    waiter.set(loop.now + .milliseconds(10), in: loop)
    if cancels { waiter.cancel(in: loop) } else { waiter.set(.distantFuture, in: loop) }
    watch.set(loop.now + .milliseconds(50), in: loop)
    loop.run(#_sourceLocation)
    #expect(waiter.came.isEmpty)
    #expect(waiter.fired == (cancels ? 0 : 1))
  }

  @Test("it can be set anew when it has come")
  func again() throws {
    let loop = try EventLoop()
    let waiter = Waiter()
    waiter.token = loop.add(waiter)
    waiter.onDeadline = { waiter, loop in
      if waiter.came.count < 3 { waiter.set(loop.now + .milliseconds(10), in: loop) } else { loop.stop() }
    }
    waiter.set(loop.now, in: loop)
    loop.run(#_sourceLocation)
    #expect(waiter.came.count == 3)
  }
}
