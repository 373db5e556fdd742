import EventLoop
import Time

/// The sample origins: listening sockets on loopback and whoever is connected to them. Born on its thread, where all
/// of it stays.
final class SampleOrigins: EventTenant {
  /// Connections at once, to all of them; who comes beyond it is closed at once.
  private static let connectionLimit = 512
  private static let trimming = Nanoseconds.seconds(5)

  private let loop: EventLoop
  private let stop: Mailbox<DemoStop>
  private let news: DemoNews
  private var site: SampleSite
  private var doors: [SampleDoor] = []
  private var connections: [Int: SampleConnection] = [:]
  private var lastNumber = 0
  private var token = EventToken.none

  /// Call on the origins' thread.
  ///
  /// - Parameter sockets: one for each origin, listening already.
  init(
    _ sockets: [(origin: SampleSite.Origin, socket: ListeningSocket)], stop: Mailbox<DemoStop>, news: DemoNews,
    seed: UInt64
  ) throws(SystemError) {
    (self.stop, self.news) = (stop, news)
    site = SampleSite(seed: seed)
    loop = try EventLoop()
    token = try loop.add(self, descriptor: stop.descriptor)
    _ = loop.schedule(token, at: loop.now + Self.trimming)
    for (origin, socket) in sockets {
      let door = SampleDoor(socket, origin: origin, of: self)
      try door.start(in: loop)
      doors.append(door)
    }
  }

  /// Answers until it is told to stop.
  func run() { loop.run() }

  func ready(_ readiness: Readiness, in loop: EventLoop) {
    var orders: [DemoStop] = []
    stop.drain(into: &orders)
    if !orders.isEmpty { loop.stop() }
  }

  func timerFired(in loop: EventLoop) {
    loop.buffers.trim()
    _ = loop.schedule(token, at: loop.now + Self.trimming)
  }

  func accepted(_ socket: consuming Socket, to origin: SampleSite.Origin, in loop: EventLoop) {
    guard connections.count < Self.connectionLimit else { return }
    lastNumber += 1
    let connection = SampleConnection(socket, number: lastNumber, to: origin, of: self)
    do throws(SystemError) { try connection.start(in: loop) } catch {
      // No memory for epoll: the socket closes with the connection, and its client tries again.
      return
    }
    connections[connection.number] = connection
  }

  func answer(to request: SampleRequest, of origin: SampleSite.Origin) -> SampleAnswer {
    let before = site.failure
    let answer = site.answer(to: request, of: origin)
    if site.failure != before { news.add("\(site.failure)") }
    return answer
  }

  func ended(_ connection: SampleConnection) { connections[connection.number] = nil }
}

/// One listening socket of a sample origin.
private final class SampleDoor: EventTenant {
  private static let pause = Nanoseconds.milliseconds(100)
  private static let batch = 64

  private let socket: ListeningSocket
  private let origin: SampleSite.Origin
  private unowned let origins: SampleOrigins
  private var token = EventToken.none

  init(_ socket: ListeningSocket, origin: SampleSite.Origin, of origins: SampleOrigins) {
    (self.socket, self.origin, self.origins) = (socket, origin, origins)
  }

  func start(in loop: EventLoop) throws(SystemError) { token = try loop.add(self, listener: socket) }

  func ready(_ readiness: Readiness, in loop: EventLoop) { accept(in: loop) }
  func turn(in loop: EventLoop) { accept(in: loop) }
  func timerFired(in loop: EventLoop) { accept(in: loop) }

  private func accept(in loop: EventLoop) {
    for _ in 0..<Self.batch {
      switch socket.accept() {
      case .connection(let socket, _): origins.accepted(socket, to: origin, in: loop)
      case .none: return
      case .exhausted:
        _ = loop.schedule(token, at: loop.now + Self.pause)
        return
      }
    }
    loop.post(token)
  }
}

/// Tells one of the demo's threads to end.
struct DemoStop: Sendable {}
