import EventLoop
import TLS

/// The connections of one worker to one address, and with one TLS, that wait for a next request: the one used last is
/// used first.
final class IdleStack {
  let address: Address
  /// Whom its connections speak TLS with; `nil` for cleartext.
  let server: KnownServer?
  /// Taken out for each change and put back: a move needs no dynamic check of exclusivity, a change in place does.
  private var connections: [UpstreamConnection] = []
  /// No pool has the address any more: who comes back is closed.
  private var isRetired = false

  init(_ address: Address, _ server: KnownServer?) { (self.address, self.server) = (address, server) }

  /// One of which the loop knows no news, of this turn either: an end, or octets that nobody asked for.
  ///
  /// - Parameter proven: ask the kernel too.
  func take(proven: Bool, in loop: EventLoop) -> UpstreamConnection? {
    var waiting = takeAll()
    defer { swap(&waiting, &connections) }
    while let connection = waiting.popLast() {
      if !connection.isReady(in: loop), !proven || !connection.hasNews { return connection }
      connection.close(in: loop)
    }
    return nil
  }

  /// Whether there is room for one more.
  ///
  /// - Parameter limit: of the pool that it served last.
  func takes(limit: Int) -> Bool { connections.count < limit && !isRetired }

  /// Takes one in that may be used again.
  func give(_ connection: UpstreamConnection) {
    var waiting = takeAll()
    waiting.append(connection)
    swap(&waiting, &connections)
  }

  /// Forgets one that ended while it waited.
  func remove(_ connection: UpstreamConnection) {
    var waiting = takeAll()
    if let index = waiting.firstIndex(where: { $0 === connection }) { waiting.remove(at: index) }
    swap(&waiting, &connections)
  }

  /// Closes those that have waited longest until no more than `limit` are left.
  func shrink(to limit: Int, in loop: EventLoop) {
    var waiting = takeAll()
    let surplus = Swift.max(0, waiting.count - Swift.max(0, limit))
    for connection in waiting.prefix(surplus) { connection.close(in: loop) }
    waiting.removeFirst(surplus)
    swap(&waiting, &connections)
  }

  /// Closes all, and takes none from now on.
  func retire(in loop: EventLoop) {
    isRetired = true
    shrink(to: 0, in: loop)
  }

  private func takeAll() -> [UpstreamConnection] {
    var taken: [UpstreamConnection] = []
    swap(&taken, &connections)
    return taken
  }
}
