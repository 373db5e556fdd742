import EventLoop
import Synchronization
import Time

/// What is known of one server, by all threads: workers read and report, the control loop writes what checks, names
/// and operators say. It outlives snapshots.
public final class ServerState: Sendable {
  public let name: ServerName

  // Relaxed throughout: each value stands for itself, and a worker that sees it a moment later errs by one request.
  private let operatorSaid = Atomic(OperatorState.ready.rawValue)
  private let checksFound = Atomic(Condition.unknown.rawValue)
  private let isAddressed = Atomic(false)
  private let generation = Atomic(UInt32(0))
  private let hasFailures = Atomic(false)
  private let suspectUntil = Atomic(Instant.never.sinceStart.count)
  private let passedChecks = Atomic<UInt64>(0)
  private let failedChecks = Atomic<UInt64>(0)

  private let observation = Mutex(Observation())
  private let resolved = Mutex<[Address]>([])
  private let words = Mutex(Words())
  /// One for each worker that has asked for its own, by number.
  private let counters = Mutex<[Int: RequestCounters]>([:])

  /// For people; the control loop alone writes it.
  private struct Words {
    var checks = "not checked yet"
    /// `nil` while the name resolves.
    var names: String?
  }

  public init(name: ServerName) { self.name = name }

  // MARK: Any thread

  /// Without a lock. Without an address the server is down, whatever was found before.
  @inline(never) public func eligibility(at now: Instant) -> Eligibility {
    Eligibility(operatorSaid: operatorState, checksFound: condition, trafficSuspects: isSuspect(at: now))
  }

  /// `ready` until an operator says otherwise.
  public var operatorState: OperatorState {
    OperatorState(rawValue: operatorSaid.load(ordering: .relaxed)) ?? .ready
  }

  /// What checks found; `down` without an address.
  public var condition: Condition {
    guard isAddressed.load(ordering: .relaxed) else { return .down }
    return Condition(rawValue: checksFound.load(ordering: .relaxed)) ?? .unknown
  }

  /// Whether connections to it failed in a row, and it is to be left alone for a while.
  public func isSuspect(at now: Instant) -> Bool {
    now.sinceStart.count < suspectUntil.load(ordering: .relaxed)
  }

  /// Changes with the addresses, so that an `AddressView` looks only then.
  public var addressGeneration: UInt32 { @inline(never) get { generation.load(ordering: .acquiring) } }

  /// In the order in which they are tried; empty while the name does not resolve. Takes a lock.
  public var addresses: [Address] { resolved.withLock { $0 } }

  /// What that worker counts of it: the same for all of its snapshots. Takes a lock.
  func counters(of worker: Int) -> RequestCounters {
    counters.withLock { counters in
      if let known = counters[worker] { return known }
      let own = RequestCounters()
      counters[worker] = own
      return own
    }
  }

  /// Requests that were given to it and have not ended. Takes a lock.
  public var inFlight: Int { counters.withLock { $0.values.reduce(0) { $0 + $1.inFlight } } }

  /// Attempts at it since the start, and those among them without a whole answer. Takes a lock.
  public var attemptsSoFar: (all: UInt64, failed: UInt64) {
    counters.withLock { counters in
      (counters.values.reduce(0) { $0 + $1.all }, counters.values.reduce(0) { $0 + $1.failed })
    }
  }

  /// Checks of it since the start.
  public var checksSoFar: (passed: UInt64, failed: UInt64) {
    (passedChecks.load(ordering: .relaxed), failedChecks.load(ordering: .relaxed))
  }

  /// A check ended with a verdict. The control loop.
  func checked(_ event: Finding.Event) {
    switch event {
    case .passed: passedChecks.add(1, ordering: .relaxed)
    case .failed: failedChecks.add(1, ordering: .relaxed)
    }
  }

  /// A connection came about. Costs one load as long as none had failed.
  public func connected(at now: Instant) {
    if hasFailed { observe(.connected, at: now) }
  }

  /// Whether no connection came about since the last that did.
  var hasFailed: Bool { @inline(never) get { hasFailures.load(ordering: .relaxed) } }

  /// No connection came about, and it was the server's doing (`UpstreamFailure.countsAgainstServer`).
  public func failedToConnect(at now: Instant) { observe(.unconnected, at: now) }

  private func observe(_ event: Observation.Event, at now: Instant) {
    observation.withLock { observation in
      observation = observation.after(event, at: now)
      suspectUntil.store(observation.suspectUntil.sinceStart.count, ordering: .relaxed)
      hasFailures.store(observation.failures > 0, ordering: .relaxed)
    }
  }

  // MARK: The control loop

  /// An operator's word.
  public func set(_ state: OperatorState) { operatorSaid.store(state.rawValue, ordering: .relaxed) }

  /// What checks found, with the reason for people. A server that comes up is no suspect any more.
  public func set(_ condition: Condition, reason: String, at now: Instant) {
    let before = checksFound.exchange(condition.rawValue, ordering: .relaxed)
    words.withLock { $0.checks = reason }
    if condition == .up, before == Condition.down.rawValue { observe(.recovered, at: now) }
  }

  /// Its addresses, from now on; workers see them with their next request.
  ///
  /// - Parameter addresses: not empty, or nothing happens.
  public func set(addresses: [Address]) {
    guard !addresses.isEmpty else { return }
    words.withLock { $0.names = nil }
    let changed = resolved.withLock { known in
      guard known != addresses else { return false }
      known = addresses
      return true
    }
    isAddressed.store(true, ordering: .relaxed)
    if changed { generation.add(1, ordering: .releasing) }
  }

  /// Its name does not resolve. The last good addresses are kept: a server is seldom gone with its name.
  public func set(unresolved reason: String) {
    words.withLock { $0.names = reason }
  }

  /// Its name has not resolved since it was configured: it has no addresses, nor those of another configuration.
  public func withdraw(unresolved reason: String) {
    words.withLock { $0.names = reason }
    let changed = resolved.withLock { known in
      defer { known = [] }
      return !known.isEmpty
    }
    isAddressed.store(false, ordering: .relaxed)
    if changed { generation.add(1, ordering: .releasing) }
  }

  /// Its address is another one in the configuration: what was found of the old one tells nothing of the new one. The
  /// addresses stay until the new ones are known, so that a reload leaves no moment without a server.
  public func forgetFindings() {
    checksFound.store(Condition.unknown.rawValue, ordering: .relaxed)
    words.withLock { $0 = Words() }
    observe(.recovered, at: .never)
  }

  /// Why it is in its condition, in words.
  public func reason(at now: Instant) -> String {
    if let names = words.withLock({ $0.names }) { return names }
    guard isAddressed.load(ordering: .relaxed) else { return "name not resolved yet" }
    if condition != .down, isSuspect(at: now) { return "connections to it fail" }
    return words.withLock { $0.checks }
  }
}
