import EventLoop
import Time

/// A little traffic of the demo's own: some visitors who ask for something, over and over. Born on its thread, where
/// all of it stays.
final class DemoTraffic: EventTenant {
  private static let cast: [DemoScript.Role] = [.reader, .reader, .reader, .searcher, .searcher, .caller, .director]

  private let loop: EventLoop
  private let stop: Mailbox<DemoStop>

  /// Call on the traffic's thread.
  ///
  /// - Parameters:
  ///   - address: of a listener without TLS.
  ///   - host: as the visitors say it.
  init(to address: Address, host: String, stop: Mailbox<DemoStop>, seed: UInt64) throws(SystemError) {
    self.stop = stop
    loop = try EventLoop()
    _ = try loop.add(self, descriptor: stop.descriptor)
    for (index, role) in Self.cast.enumerated() {
      DemoVisitor(DemoScript(role, seed: seed &+ UInt64(index)), to: address, host: host).start(in: loop)
    }
  }

  /// Asks until it is told to stop.
  func run() { loop.run() }

  func ready(_ readiness: Readiness, in loop: EventLoop) {
    var orders: [DemoStop] = []
    stop.drain(into: &orders)
    if !orders.isEmpty { loop.stop() }
  }
}

/// One visitor: one request after the other. The loop keeps it.
final class DemoVisitor: EventTenant {
  private var core: DemoVisitorCore

  init(_ script: DemoScript, to address: Address, host: String) {
    core = DemoVisitorCore(script, to: address, host: host)
  }

  func start(in loop: EventLoop) { core.start(loop.add(self), in: loop) }

  func ready(_ readiness: Readiness, in loop: EventLoop) { core.ready(readiness, by: self, in: loop) }

  func timerFired(in loop: EventLoop) { core.timerFired(by: self, in: loop) }
}
