import Bytes
import HTTP
import Synchronization
import Time

/// A response on its way into memory, shared by the worker that fetches it (`FillWriter`) and all who wait for it
/// (`FillReader`). Any thread; whoever finds it by identity may keep it as long as it likes.
public final class Fill: Sendable {
  /// The worker that fetches.
  public let owner: Int
  /// What is stored and no longer fresh.
  public let stale: StoredResponse?
  /// Why it is fetched.
  public let forward: CacheStatus.Forward
  /// What its own request says, for the answer's selecting fields.
  let request: FieldBlock
  let directives: RequestDirectives
  /// Readers at once.
  static let readerLimit = 16_384

  private let budget: FillBudget
  private let state = Mutex(FillState())

  init(
    owner: Int, request: FieldBlock, directives: RequestDirectives, forward: CacheStatus.Forward,
    stale: StoredResponse?, budget: FillBudget
  ) {
    (self.owner, self.request, self.directives) = (owner, request, directives)
    (self.forward, self.stale, self.budget) = (forward, stale, budget)
  }

  /// Readers that have not left.
  public var readerCount: Int { state.withLock { $0.readerCount } }

  func withState<Result>(_ body: (inout FillState) -> sending Result) -> sending Result {
    state.withLock { body(&$0) }
  }

  func join(worker: Int, at now: Instant) -> Int? {
    guard let slot = state.withLock({ $0.join(worker: worker, limit: Self.readerLimit, at: now) }) else { return nil }
    budget.readers.wrappingAdd(1, ordering: .relaxed)
    return slot
  }

  func leave(_ slot: Int) -> Bool {
    budget.readers.wrappingSubtract(1, ordering: .relaxed)
    return state.withLock { $0.leave(slot) }
  }
}

/// What all fills under way may hold together, beside what is stored.
final class FillBudget: Sendable {
  let limit: Int
  let octets = Atomic<Int>(0)
  let readers = Atomic<Int>(0)

  init(limit: Int) { self.limit = limit }

  /// `false`, and nothing taken, where it would be too much.
  func take(_ count: Int) -> Bool {
    let before = octets.wrappingAdd(count, ordering: .relaxed).oldValue
    guard before + count > limit else { return true }
    give(count)
    return false
  }

  func give(_ count: Int) { octets.wrappingSubtract(count, ordering: .relaxed) }
}
