import Synchronization
import Testing

@testable import EventLoop

@Suite("Mailboxes and threads", .timeLimit(.minutes(1)))
struct MailboxTests {
  @Test("messages come in their order, as many as fit; the rest is refused")
  func bound() throws {
    let box = try Mailbox<Int>(limit: 3)
    #expect((1...5).map { box.post($0) } == [true, true, true, false, false])
    var messages = [9]
    box.drain(into: &messages)
    #expect(messages == [1, 2, 3])
    box.drain(into: &messages)
    #expect(messages.isEmpty)
    #expect(box.post(6))
    box.drain(into: &messages)
    #expect(messages == [6])
  }

  /// Reads its mailbox until it has a negative number.
  private final class Reader: EventTenant {
    let box: Mailbox<Int>
    var read: [Int] = []
    private var pending: [Int] = []

    init(_ box: Mailbox<Int>) { self.box = box }

    func ready(_ readiness: Readiness, in loop: EventLoop) {
      box.drain(into: &pending)
      read += pending
      if pending.contains(where: { $0 < 0 }) { loop.stop() }
    }
  }

  @Test("other threads wake the loop, however they race with its reading")
  func waking() throws {
    let count = 20_000
    let box = try Mailbox<Int>(limit: 64)
    let loop = try EventLoop()
    let reader = Reader(box)
    _ = try loop.add(reader, descriptor: box.descriptor)
    var threads = Threads()
    try threads.start(name: "writer") {
      for number in 0..<count { while !box.post(number) {} }
      while !box.post(-1) {}
    }
    loop.run(#_sourceLocation)
    threads.join()
    #expect(reader.read == Array(0..<count) + [-1])
  }

  @Test("all that a thread was given is with it, and all that it did is there when it was joined")
  func joining() throws {
    let shared = Total()
    var threads = Threads()
    for number in 1...8 {
      try threads.start(name: "adder-with-a-long-name") { shared.sum.wrappingAdd(number, ordering: .relaxed) }
    }
    threads.join()
    threads.join()
    #expect(shared.sum.load(ordering: .relaxed) == 36)
  }

  private final class Total: Sendable {
    let sum = Atomic(0)
  }
}
