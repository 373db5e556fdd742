import Bytes
import Cache
import EventLoop
import HTTP
import TLS
import Telemetry
import Time
import Upstream

/// One event loop with all that it owns: its listening sockets, sessions, exchanges and connections to origins. Born
/// on its thread, where all of it stays; other threads speak to it through its mailbox.
public final class Worker: EventTenant {
  private static let trimming = Nanoseconds.seconds(2)
  private static let logging = Nanoseconds.seconds(1)
  private static let shedLimit = 1_024
  /// In a drain, for sessions that seem idle: what was just accepted is not read yet, and a request of who kept its
  /// connection may be on its way.
  private static let idleGrace = Nanoseconds.milliseconds(200)

  /// From 0; the same over reloads.
  public let number: Int
  let loop: EventLoop
  /// The loop's.
  let buffers: BufferPool
  private let mailbox: Mailbox<WorkerMessage>
  private let reports: Mailbox<WorkerReport>
  private let origins: Origins
  let log: AccessLog
  private let services: ExchangeServices
  private let fills: FillDesk
  private(set) var snapshot: WorkerSnapshot
  private(set) var limits: SessionLimits
  private(set) var isDraining = false
  private var hasEnded = false
  private let recorders: RecorderRegistry
  private var listeners: [WorkerListener] = []
  /// Made with the first snapshot that needs it.
  private var tls: WorkerTLS?
  private var sessions: [any ClientSession] = []
  /// TLS handshakes under way.
  private var handshakes = 0
  /// Where `shedIdle` looked last.
  private var shedPlace = 0
  private var connectionsByClient: [UInt64: Int] = [:]
  private let spares = Spares<HTTP1Reader>(limit: 256)
  private let spareReaders = Spares<HTTP2Reader>(limit: 256)
  private let spareExchanges = Spares<Exchange>(limit: 256)
  private var messages: [WorkerMessage] = []
  private var token = EventToken.none
  /// When `timerFired` has work to do.
  private var tick = Deadline()
  private var drainDeadline = Instant.distantFuture
  /// Of a drain, for sessions without a request under way.
  private var idleDeadline = Instant.distantFuture
  private var nextTrim = Instant.never

  /// Call on the worker's own thread.
  public init(
    number: Int, _ snapshot: Snapshot, sockets: [ListeningSocket], store: Store,
    mailboxes: [Mailbox<WorkerMessage>], reports: Mailbox<WorkerReport>, logQueue: LogQueue,
    logWriter: Mailbox<LogCommand>
  ) throws(SystemError) {
    self.number = number
    mailbox = mailboxes[number]
    self.reports = reports
    loop = try EventLoop()
    buffers = loop.buffers
    recorders = snapshot.recorders
    origins = Origins(loop: loop)
    log = AccessLog(
      settings: snapshot.logSettings, isOn: snapshot.writesLog, queue: logQueue, writer: logWriter)
    fills = FillDesk(worker: number, peers: mailboxes)
    let loop = self.loop
    services = ExchangeServices(
      fetches: origins, cache: store.view(worker: number), fills: fills,
      moment: { Moment(now: loop.now, wall: loop.wall) })
    self.snapshot = WorkerSnapshot(snapshot, worker: number)
    limits = snapshot.limits
    token = try loop.add(self, descriptor: mailbox.descriptor)
    tick.set(loop.now + Self.logging, of: token, in: loop)
    adopt(snapshot, sockets: sockets)
  }

  /// Runs until it was drained.
  public func run() { loop.run() }

  /// What ends a chunk, and a body after its last chunk, as slices that leave with them.
  let chunkTail = Slice(Chunk(copying: Array("\r\n".utf8).span))
  let lastChunk = Slice(Chunk(copying: Array("\r\n0\r\n\r\n".utf8).span))

  /// Behind what leaves without any.
  let noSlices = Slices()

  var moment: Moment {
    let (now, wall) = loop.clocks
    return Moment(now: now, wall: wall)
  }

  // MARK: From Control

  /// Reads the mailbox.
  public func ready(_ readiness: Readiness, in loop: EventLoop) {
    mailbox.drain(into: &messages)
    for message in messages {
      switch message {
      case .adopt(let snapshot, let sockets): adopt(snapshot, sockets: sockets)
      case .fillNews(let fill): fills.news(of: fill)
      case .readerMoved(let fill): fills.readerMoved(fill)
      case .drain(let deadline): drain(until: deadline)
      }
    }
    // News of a fill hold its body.
    messages.removeAll(keepingCapacity: true)
  }

  /// Once a second: hands over the log, gives back free buffers, looks after fills and the drain.
  public func timerFired(in loop: EventLoop) {
    guard tick.hasCome(of: token, in: loop) else { return }
    log.flush()
    fills.tick(at: loop.now, patience: limits.writeTimeout)
    if loop.now >= nextTrim {
      loop.buffers.trim()
      nextTrim = loop.now + Self.trimming
    }
    if isDraining, loop.now >= idleDeadline {
      for session in sessions { session.drain() }
    }
    if isDraining, loop.now >= drainDeadline {
      for session in sessions { session.abort() }
    }
    endIfDrained()
    tick.set(Swift.min(loop.now + Self.logging, drainDeadline), of: token, in: loop)
  }

  private func adopt(_ snapshot: Snapshot, sockets: [ListeningSocket]) {
    if snapshot.number != self.snapshot.number { self.snapshot = WorkerSnapshot(snapshot, worker: number) }
    if limits.head != snapshot.limits.head { while spares.take() != nil {} }
    limits = snapshot.limits
    log.adopt(snapshot.logSettings, isOn: snapshot.writesLog)
    adoptTLS(snapshot)
    if !isDraining { listen(snapshot, sockets: sockets) }
    reports.post(.adopted(worker: number, snapshot: snapshot.number))
  }

  /// Towards clients, and towards origins.
  private func adoptTLS(_ snapshot: Snapshot) {
    do throws(TLSError) {
      if tls == nil, snapshot.usesTLS { tls = try WorkerTLS() }
      try tls?.adopt(snapshot.tls)
    } catch {
      // OpenSSL has no memory, or was built without what a profile needs: the other workers say so too.
      reports.post(.refused(worker: number, why: error.description))
    }
    do throws(TLSError) { try origins.adopt(self.snapshot.pools, library: tls?.library) } catch {
      reports.post(.refused(worker: number, why: error.description))
    }
  }

  /// Keeps the sockets that stay, whatever they are called now; opens and closes the others.
  private func listen(_ snapshot: Snapshot, sockets: [ListeningSocket]) {
    var kept: [WorkerListener] = []
    for (plan, socket) in zip(snapshot.listeners, sockets) {
      if let same = listeners.first(where: { $0.socket === socket && $0.plan.name == plan.name }) {
        same.adopt(
          plan, context: plan.tls.flatMap { tls?.context(of: $0) }, log: snapshot.logSettings)
        kept.append(same)
        continue
      }
      if let renamed = listeners.first(where: { $0.socket === socket }) { renamed.close(in: loop) }
      let counters = recorders.listener(plan.name, worker: number)
      do throws(SystemError) {
        kept.append(
          try WorkerListener(
            plan, socket: socket, context: plan.tls.flatMap { tls?.context(of: $0) },
            counters: counters, log: snapshot.logSettings, in: self))
      } catch {
        // Out of memory for epoll: the other workers still serve it.
        counters.count(.descriptorLimit)
      }
    }
    for listener in listeners where !kept.contains(where: { $0.socket === listener.socket }) {
      listener.close(in: loop)
    }
    listeners = kept
  }

  private func drain(until deadline: Instant) {
    // A snapshot that came with this message would hold its sockets until the next message.
    messages = []
    guard !isDraining else {
      drainDeadline = Swift.min(drainDeadline, deadline)
      tick.set(Swift.min(tick.instant, drainDeadline), of: token, in: loop)
      return
    }
    isDraining = true
    drainDeadline = deadline
    idleDeadline = loop.now + Self.idleGrace
    for listener in listeners { listener.close(in: loop) }
    listeners = []
    for session in sessions { session.beginDrain() }
    tick.set(Swift.min(tick.instant, idleDeadline, deadline), of: token, in: loop)
    endIfDrained()
  }

  private func endIfDrained() {
    guard isDraining, sessions.isEmpty, !hasEnded else { return }
    hasEnded = true
    origins.closeIdle()
    log.flush()
    reports.post(.ended(worker: number))
    loop.stop()
  }

  // MARK: Connections

  func accepted(_ socket: consuming Socket, from peer: Address, at listener: WorkerListener) {
    listener.counters.count(.accepted)
    let client = peer.clientKey
    guard connectionsByClient[client, default: 0] < limits.connectionsPerAddress else {
      listener.counters.count(.clientLimit)
      listener.counters.count(.closed)
      return
    }
    guard sessions.count < limits.connectionsPerWorker || shedIdle(1) else {
      listener.counters.count(.connectionLimit)
      listener.counters.count(.closed)
      return
    }
    guard !listener.speaksTLS || handshakes < limits.handshakes else {
      listener.counters.count(.handshakeLimit)
      listener.counters.count(.closed)
      return
    }
    guard let transport = listener.transport(over: socket) else {
      listener.counters.count(.handshakeFailed)
      listener.counters.count(.closed)
      return
    }
    do throws(SystemError) {
      try begin(transport, from: peer, at: listener)
    } catch {
      listener.counters.count(.descriptorLimit)
      listener.counters.count(.closed)
      return
    }
    connectionsByClient[client, default: 0] += 1
  }

  private func begin(
    _ transport: consuming Transport, from peer: Address, at listener: WorkerListener
  ) throws(SystemError) {
    let session: any ClientSession
    if listener.plan.protocols == [.http1], !transport.isTLS {
      let begun = HTTP1Session(
        transport, input: Buffer(), facts: listener.facts(of: peer, serverName: []), from: peer, listener: listener,
        in: self)
      try begun.start()
      session = begun
    } else {
      let isShaking = transport.isTLS
      let begun = Opening(transport, from: peer, listener: listener, in: self)
      try begun.start()
      if isShaking { handshakes += 1 }
      session = begun
    }
    session.place = sessions.count
    sessions.append(session)
  }

  /// What is spoken on a connection is known now: its session takes over place and token.
  func replace(_ opening: Opening, with session: any ClientSession, at token: EventToken) {
    let place = opening.place
    guard place < sessions.count, sessions[place] === opening else { return }
    session.place = place
    sessions[place] = session
    loop.replace(token, with: session)
  }

  /// A handshake has come to its end, good or bad.
  func handshakeEnded() { handshakes -= 1 }

  /// A session has given everything back.
  func sessionEnded(_ session: any ClientSession) {
    let place = session.place
    guard place < sessions.count, sessions[place] === session else { return }
    session.listener.counters.count(.closed)
    let client = session.peer.clientKey
    if let count = connectionsByClient[client] { connectionsByClient[client] = count > 1 ? count - 1 : nil }
    let last = sessions.removeLast()
    if place < sessions.count {
      sessions[place] = last
      last.place = place
    }
    endIfDrained()
  }

  /// Closes idle sessions to make room. Whether one was found among the next `shedLimit`: a flood of connections must
  /// not cost a look at all of them each.
  @discardableResult func shedIdle(_ count: Int) -> Bool {
    var idle: [any ClientSession] = []
    for _ in 0..<Swift.min(Self.shedLimit, sessions.count) {
      shedPlace = shedPlace + 1 < sessions.count ? shedPlace + 1 : 0
      if sessions[shedPlace].isIdle { idle.append(sessions[shedPlace]) }
      if idle.count == count { break }
    }
    for session in idle { session.abort() }
    return !idle.isEmpty
  }

  // MARK: What is recycled

  func takeExchange() -> Exchange { spareExchanges.take() ?? Exchange(services: services) }

  func give(_ exchange: consuming Exchange) { spareExchanges.give(exchange) }

  func takeHTTP2Reader() -> HTTP2Reader { spareReaders.take() ?? HTTP2Reader() }

  func give(_ reader: consuming HTTP2Reader) { spareReaders.give(reader) }

  func takeReader() -> HTTP1Reader {
    spares.take() ?? HTTP1Reader(limits: limits.head, exchange: Exchange(services: services))
  }

  /// Takes back a reader that was reset; one with the limits of an earlier snapshot is not kept.
  func give(_ reader: consuming HTTP1Reader) {
    if reader.limits == limits.head { spares.give(reader) }
  }
}
