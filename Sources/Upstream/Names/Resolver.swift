import EventLoop
import Time

/// Keeps the addresses of all servers: numeric ones at once, names by c-ares, asked again when their time to live is
/// over. A server whose name does not resolve is down, and is so no longer than until the name resolves. Control loop.
public final class Resolver: EventTenant {
  private struct Name {
    var record: NameRecord
    var servers: [(state: ServerState, port: UInt16)] = []
  }

  /// The least time between two readings of `/etc/resolv.conf`, which is read anew when all goes wrong.
  static let reopenPause = Nanoseconds.seconds(30)

  private let events: HealthEvents
  private let nameServers: [Address]
  private var token = EventToken.none
  private var deadline = Deadline()
  private var names: [String: Name] = [:]
  private var endpoints: [ServerName: ServerEndpoint] = [:]
  private var queries: NameQueries?
  private var opened = Instant.never
  private var asking: [UInt64: String] = [:]
  private var lastQuery: UInt64 = 0
  private var sockets: [Int32: EventToken] = [:]

  /// - Parameter nameServers: instead of those of `/etc/resolv.conf`.
  public init(events: HealthEvents, nameServers: [Address] = [], in loop: EventLoop) {
    self.events = events
    self.nameServers = nameServers
    token = loop.add(self)
  }

  /// Lets go of the loop, which holds it until then.
  public func close(in loop: EventLoop) {
    deadline.cancel(in: loop)
    for (_, socket) in sockets { loop.remove(socket) }
    sockets = [:]
    queries = nil
    loop.remove(token)
  }

  /// From now on these servers are watched, and no others. What is known of a name is kept; a server that moved
  /// begins without findings. To be called before `HealthChecker.watch`.
  public func watch(_ servers: [(state: ServerState, endpoint: ServerEndpoint)], in loop: EventLoop) {
    var watched: [String: Name] = [:]
    var current: [ServerName: ServerEndpoint] = [:]
    for (state, endpoint) in servers {
      let before = endpoints[state.name]
      current[state.name] = endpoint
      switch endpoint {
      case .address(let address): state.set(addresses: [address])
      case .name(let host, let port):
        let known = watched[host] ?? Name(record: names[host]?.record ?? NameRecord(due: loop.now))
        watched[host] = Name(record: known.record, servers: known.servers + [(state, port)])
        tell(known.record, of: host, to: state, port: port)
      }
      if let before, before != endpoint { state.forgetFindings() }
    }
    names = watched
    endpoints = current
    askDue(in: loop)
  }

  /// Nothing: it has no descriptor of its own; c-ares' sockets are tenants of theirs.
  public func ready(_ readiness: Readiness, in loop: EventLoop) {}

  /// A name is due, or a look-up has waited long enough. Control loop.
  public func timerFired(in loop: EventLoop) {
    guard deadline.hasCome(of: token, in: loop) else { return }
    queries?.process()
    askDue(in: loop)
  }

  /// One of c-ares' sockets is ready.
  func ready(socket descriptor: Int32, _ readiness: Readiness, in loop: EventLoop) {
    let socket = sockets[descriptor]
    let isReadable = readiness.contains(.readable)
    // An edge is told once, and c-ares takes an answer over TCP in several reads.
    var rounds = 0
    repeat {
      queries?.process(
        readable: isReadable ? descriptor : -1,
        writable: rounds == 0 && readiness.contains(.writable) ? descriptor : -1)
      serveSockets(in: loop)
      rounds += 1
    } while isReadable && rounds < 64 && sockets[descriptor] == socket && socket != nil
      && NameQueries.hasNews(descriptor)
    takeAnswers(in: loop)
  }

  // MARK: Asking

  private func askDue(in loop: EventLoop) {
    let due = names.filter { $0.value.record.due <= loop.now }.map(\.key)
    if !due.isEmpty { openIfNeeded(in: loop) }
    for host in due {
      guard let queries else {
        apply(.failed("no means to ask"), to: host, in: loop)
        continue
      }
      names[host]?.record.asked()
      lastQuery += 1
      asking[lastQuery] = host
      queries.ask(host, query: lastQuery)
    }
    serveSockets(in: loop)
    takeAnswers(in: loop)
  }

  /// Opens the channel, or opens it anew when nothing resolves: at the boot of a machine `/etc/resolv.conf` may come
  /// after us.
  private func openIfNeeded(in loop: EventLoop) {
    let isHopeless = asking.isEmpty && names.values.allSatisfy { $0.record.failure != nil }
    guard queries == nil || (isHopeless && loop.now - opened >= Self.reopenPause) else { return }
    for (_, socket) in sockets { loop.remove(socket) }
    sockets = [:]
    do throws(NameError) {
      queries = try NameQueries(servers: nameServers)
      opened = loop.now
    } catch {
      // The names fail with it, and their next look-up tries again.
      queries = nil
    }
  }

  /// Gives the loop the sockets that c-ares opened, and takes back those that it closed.
  private func serveSockets(in loop: EventLoop) {
    guard let queries else { return }
    for _ in 0..<16 {
      let wishes = queries.takeWishes()
      guard !wishes.isEmpty else { return }
      var open: [Int32: Bool] = [:]
      for wish in wishes {
        if wish.readable || wish.writable {
          open[wish.descriptor] = wish.writable
        } else {
          // Closed, and the number may be another socket's by now; closing took it out of epoll.
          open[wish.descriptor] = nil
          if let socket = sockets.removeValue(forKey: wish.descriptor) { loop.remove(socket) }
        }
      }
      for (descriptor, wantsToWrite) in open {
        if sockets[descriptor] == nil {
          do throws(SystemError) {
            sockets[descriptor] = try loop.add(NameSocket(descriptor, of: self), descriptor: descriptor)
          } catch {
            // c-ares gives the look-up up in its time, and the name fails with "Timeout".
            continue
          }
        } else if wantsToWrite {
          // It may have been writable all the time: there would be no edge.
          queries.process(writable: descriptor)
        }
      }
    }
  }

  // MARK: Answers

  private func takeAnswers(in loop: EventLoop) {
    for (query, answer) in queries?.takeAnswers() ?? [] {
      if let host = asking.removeValue(forKey: query) { apply(answer, to: host, in: loop) }
    }
    arm(in: loop)
  }

  private func apply(_ answer: NameAnswer, to host: String, in loop: EventLoop) {
    guard var name = names[host] else { return }
    let hadAddresses = !name.record.addresses.isEmpty
    let hadFailed = name.record.failure != nil
    let wasSettled = name.record.isSettled
    let news =
      switch answer {
      case .found(let addresses, let timeToLive):
        name.record.answered(addresses, timeToLive: timeToLive, at: loop.now)
      case .failed(let reason): name.record.failed(reason, at: loop.now)
      }
    names[host] = name
    guard news != .none else { return }
    for (state, port) in name.servers {
      let before = wasSettled ? state.condition : .unknown
      tell(name.record, of: host, to: state, port: port)
      // The first answer of all is no change, unless it is a bad one.
      guard news == .failed || hadFailed else { continue }
      let reason =
        switch (name.record.failure, hadAddresses) {
        case (nil, _): "name resolves now: \(host)"
        case (let failure?, false): "name does not resolve: \(host): \(failure)"
        case (let failure?, true): "name does not resolve: \(host): \(failure); its last addresses are kept"
        }
      events.report(HealthChange(server: state.name, from: before, to: state.condition, reason: reason), in: loop)
    }
  }

  private func tell(_ record: NameRecord, of host: String, to state: ServerState, port: UInt16) {
    state.set(addresses: record.addresses.map { $0.with(port: port) })
    guard let failure = record.failure else { return }
    let reason = "name does not resolve: \(host): \(failure)"
    if record.addresses.isEmpty { state.withdraw(unresolved: reason) } else { state.set(unresolved: reason) }
  }

  private func arm(in loop: EventLoop) {
    var next = names.values.reduce(Instant.distantFuture) { Swift.min($0, $1.record.due) }
    if let patience = queries?.patience { next = Swift.min(next, loop.now + patience) }
    deadline.set(next, of: token, in: loop)
  }
}

/// One socket of c-ares, as the loop knows it.
private final class NameSocket: EventTenant {
  private let descriptor: Int32
  private let resolver: Resolver

  init(_ descriptor: Int32, of resolver: Resolver) {
    self.descriptor = descriptor
    self.resolver = resolver
  }

  func ready(_ readiness: Readiness, in loop: EventLoop) { resolver.ready(socket: descriptor, readiness, in: loop) }
}
