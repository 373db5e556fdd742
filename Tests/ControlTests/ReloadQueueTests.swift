import Testing

@testable import Control

@Suite("One reload goes after the other, and each asker is told once")
struct ReloadQueueTests {
  static let (first, second) = (ReloadAsker.admin(connection: 1), ReloadAsker.admin(connection: 2))

  @Test("the answer waits until every worker has taken the snapshot")
  func everyWorker() {
    var queue = ReloadQueue()
    #expect(queue.after(.asked(Self.first)) == .load)
    #expect(queue.after(.given(snapshot: 2, workers: [0, 1, 2])) == .none)
    #expect(queue.after(.adopted(worker: 1, snapshot: 2)) == .none)
    #expect(queue.after(.adopted(worker: 1, snapshot: 2)) == .none)
    #expect(queue.after(.adopted(worker: 0, snapshot: 2)) == .none)
    #expect(queue.after(.adopted(worker: 2, snapshot: 2)) == .answer(Self.first, loadNext: false))
    #expect(queue.after(.adopted(worker: 2, snapshot: 2)) == .none)
  }

  @Test("late news of an older snapshot is not taken for the new one")
  func lateNews() {
    var queue = ReloadQueue()
    _ = queue.after(.asked(.signal))
    _ = queue.after(.given(snapshot: 3, workers: [0]))
    #expect(queue.after(.adopted(worker: 0, snapshot: 2)) == .none)
    #expect(queue.after(.adopted(worker: 0, snapshot: 3)) == .answer(.signal, loadNext: false))
  }

  @Test("a second asker waits for the first one's end, whatever that is", arguments: [true, false])
  func second(isRefused: Bool) {
    var queue = ReloadQueue()
    #expect(queue.after(.asked(Self.first)) == .load)
    #expect(queue.after(.asked(Self.second)) == .none)
    if isRefused {
      #expect(queue.after(.refused) == .answer(Self.first, loadNext: true))
    } else {
      #expect(queue.after(.given(snapshot: 2, workers: [0])) == .none)
      #expect(queue.after(.asked(.signal)) == .none)
      #expect(queue.after(.adopted(worker: 0, snapshot: 2)) == .answer(Self.first, loadNext: true))
    }
    #expect(queue.after(.refused) == .answer(Self.second, loadNext: !isRefused))
  }

  @Test("a worker that ends is not waited for")
  func endedWorker() {
    var queue = ReloadQueue()
    _ = queue.after(.asked(.signal))
    _ = queue.after(.given(snapshot: 2, workers: [0, 1]))
    #expect(queue.after(.adopted(worker: 0, snapshot: 2)) == .none)
    #expect(queue.after(.ended(worker: 1)) == .answer(.signal, loadNext: false))
    _ = queue.after(.asked(.signal))
    #expect(queue.after(.given(snapshot: 3, workers: [])) == .answer(.signal, loadNext: false))
  }

  @Test("the queue has a bound; who is turned away is told at once")
  func bound() {
    var queue = ReloadQueue()
    #expect(queue.after(.asked(.signal)) == .load)
    for number in 0..<ReloadQueue.limit { #expect(queue.after(.asked(.admin(connection: number))) == .none) }
    #expect(queue.after(.asked(Self.second)) == .turnAway(Self.second))
    for number in 0..<ReloadQueue.limit {
      let asker = number == 0 ? ReloadAsker.signal : .admin(connection: number - 1)
      #expect(queue.after(.refused) == .answer(asker, loadNext: true))
    }
    #expect(queue.after(.refused) == .answer(.admin(connection: ReloadQueue.limit - 1), loadNext: false))
  }

  @Test("without a reload under way nothing is answered: the first snapshot's adoption, a worker's end")
  func idle() {
    var queue = ReloadQueue()
    let events: [ReloadQueue.Event] = [
      .adopted(worker: 0, snapshot: 1), .ended(worker: 0), .refused, .given(snapshot: 1, workers: [0]),
    ]
    for event in events { #expect(queue.after(event) == .none) }
    #expect(queue.after(.asked(.signal)) == .load)
  }
}
