import Cache
import EventLoop
import Time

/// One worker's part in fills: who of its exchanges waits for which, which it feeds, and how it tells other workers.
public final class FillDesk {
  private struct Waiting {
    let fill: Fill
    var exchanges: [ObjectIdentifier: Exchange] = [:]
  }

  let worker: Int
  private let peers: [Mailbox<WorkerMessage>]
  private var waiting: [ObjectIdentifier: Waiting] = [:]
  private var feeders: [ObjectIdentifier: FillFeeder] = [:]

  /// - Parameter peers: the mailboxes of all workers, by number.
  public init(worker: Int, peers: [Mailbox<WorkerMessage>]) { (self.worker, self.peers) = (worker, peers) }

  // MARK: Those who wait

  /// Tells the exchange of all news of a fill from now on.
  func wait(_ exchange: Exchange, for fill: Fill) {
    waiting[ObjectIdentifier(fill), default: Waiting(fill: fill)].exchanges[ObjectIdentifier(exchange)] = exchange
  }

  func leave(_ exchange: Exchange, _ fill: Fill) {
    let key = ObjectIdentifier(fill)
    waiting[key]?.exchanges[ObjectIdentifier(exchange)] = nil
    if waiting[key]?.exchanges.isEmpty == true { waiting[key] = nil }
  }

  /// Whoever waits here looks again.
  func news(of fill: Fill) {
    guard let waiting = waiting[ObjectIdentifier(fill)] else { return }
    for exchange in waiting.exchanges.values { exchange.wake() }
  }

  // MARK: Those who feed

  func add(_ feeder: FillFeeder, for fill: Fill) { feeders[ObjectIdentifier(fill)] = feeder }
  func remove(feederOf fill: Fill) { feeders[ObjectIdentifier(fill)] = nil }

  /// A reader got on, or left: the owner may read on, or has nobody left.
  func readerMoved(_ fill: Fill) {
    if fill.owner == worker {
      feeders[ObjectIdentifier(fill)]?.readerMoved()
    } else {
      post(.readerMoved(fill), to: fill.owner)
    }
  }

  // MARK: Others

  /// Tells each worker once that there is news of a fill.
  func tell(_ workers: WorkerSet, of fill: Fill) {
    guard !workers.isEmpty else { return }
    for number in workers {
      if number == worker { news(of: fill) } else { post(.fillNews(fill), to: number) }
    }
  }

  private func post(_ message: WorkerMessage, to worker: Int) {
    guard worker < peers.count else { return }
    // A full mailbox loses the news; `tick` makes up for it.
    peers[worker].post(message)
  }

  /// Once a second: looks after what is fed, and for news that a full mailbox lost.
  func tick(at now: Instant, patience: Nanoseconds) {
    for feeder in feeders.values { feeder.tick(at: now, stuckSince: now - patience) }
    for fill in waiting.values.map(\.fill) { news(of: fill) }
  }
}

extension Instant {
  fileprivate static func - (instant: Instant, span: Nanoseconds) -> Instant {
    Instant(sinceStart: instant.sinceStart - span)
  }
}
