/// Who wants a reload, and is told what became of it.
enum ReloadAsker: Hashable, Sendable {
  /// SIGHUP: the log is told.
  case signal
  /// A connection to the administration, by its number.
  case admin(connection: Int)
}

/// Which reload is under way and who waits: one goes after the other. Decides; loads and tells nobody.
struct ReloadQueue {
  private enum Phase {
    case idle
    /// The utility thread reads and validates.
    case loading(ReloadAsker)
    /// Workers are to take the snapshot; `missing` have not yet.
    case adopting(ReloadAsker, snapshot: Int, missing: Set<Int>)
  }

  enum Event {
    case asked(ReloadAsker)
    /// What was loaded can't be served.
    case refused
    /// What was loaded has been given to these workers, at least one.
    case given(snapshot: Int, workers: Set<Int>)
    case adopted(worker: Int, snapshot: Int)
    /// A worker is no more.
    case ended(worker: Int)
  }

  enum Action: Equatable {
    case none
    /// The configuration is to be loaded, for an asker that is remembered.
    case load
    /// Too many wait.
    case turnAway(ReloadAsker)
    /// The reload is over: its asker is to be told; `loadNext` where another one waits.
    case answer(ReloadAsker, loadNext: Bool)
  }

  /// Askers that may wait. What was changed before the last of them asked is in the configuration that it gets.
  static let limit = 16

  private var phase = Phase.idle
  private var waiting: [ReloadAsker] = []

  mutating func after(_ event: Event) -> Action {
    switch (phase, event) {
    case (.idle, .asked(let asker)):
      phase = .loading(asker)
      return .load
    case (.loading, .asked(let asker)), (.adopting, .asked(let asker)):
      guard waiting.count < Self.limit else { return .turnAway(asker) }
      waiting.append(asker)
      return .none
    case (.loading(let asker), .refused): return end(asker)
    case (.loading(let asker), .given(let snapshot, let workers)):
      return waitFor(workers, toAdopt: snapshot, for: asker)
    case (.adopting(let asker, let snapshot, var missing), .adopted(let worker, let adopted)):
      guard adopted == snapshot else { return .none }
      missing.remove(worker)
      return waitFor(missing, toAdopt: snapshot, for: asker)
    case (.adopting(let asker, let snapshot, var missing), .ended(let worker)):
      missing.remove(worker)
      return waitFor(missing, toAdopt: snapshot, for: asker)
    case (.idle, .refused), (.idle, .given), (.idle, .adopted), (.idle, .ended), (.loading, .adopted),
      (.loading, .ended), (.adopting, .refused), (.adopting, .given):
      // The first snapshot's adoption, or the end of a worker that nobody waits for.
      return .none
    }
  }

  private mutating func waitFor(_ missing: Set<Int>, toAdopt snapshot: Int, for asker: ReloadAsker) -> Action {
    guard missing.isEmpty else {
      phase = .adopting(asker, snapshot: snapshot, missing: missing)
      return .none
    }
    return end(asker)
  }

  private mutating func end(_ asker: ReloadAsker) -> Action {
    guard !waiting.isEmpty else {
      phase = .idle
      return .answer(asker, loadNext: false)
    }
    phase = .loading(waiting.removeFirst())
    return .answer(asker, loadNext: true)
  }
}
