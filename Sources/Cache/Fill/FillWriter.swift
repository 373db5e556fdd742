import Bytes
import HTTP
import Time

/// The right and the duty to fill: held by the worker that fetches, ended once. Whoever drops it fails the fill (nobody
/// is told then; readers have their own time limits). One thread at a time.
///
/// What its calls return says which workers are to be told that there is news of `fill`; telling them is the caller's.
public struct FillWriter: ~Copyable {
  public let fill: Fill
  private let store: Store
  private var key: StoreKey
  private var spec: VarySpec?
  /// Whether others find the fill. One that replaces an answer which could not be shared is its asker's alone until
  /// it is whole.
  private var isShared: Bool
  private var isOver = false
  /// It exceeds what may be stored: only those who have begun read it.
  public private(set) var isOutgrown = false
  private var tail = FillTail()
  /// Octets taken from the budget of all fills.
  private var taken = 0

  /// How long it is remembered that an answer could not be shared.
  static let unsharedTime = Nanoseconds.seconds(60)

  init(_ fill: Fill, key: StoreKey, in store: Store, isShared: Bool) {
    (self.fill, self.key, self.store, self.isShared) = (fill, key, store, isShared)
  }

  deinit {
    guard !isOver else { return }
    if isShared { store.leave(fill, key: key) }
    store.fillBudget.give(taken)
    _ = fill.withState { $0.fail(.abandoned) }
  }

  /// Why it is fetched, for `CacheStatus`.
  public var forward: CacheStatus.Forward { fill.forward }
  /// Whether nobody waits for it or reads it any more.
  public var isUnread: Bool { fill.readerCount == 0 }
  /// Whether nothing holds it up: after `FillProgress.pauses`, readers got on.
  public var mayGoOn: Bool { fill.withState { !$0.isPaused } }

  /// A place for the one who asked first, on the owner's worker. Before `begin`.
  public func join(at now: Instant) -> FillReader? {
    guard let slot = fill.join(worker: fill.owner, at: now) else { return nil }
    return FillReader(
      fill, slot: slot, worker: fill.owner, request: fill.request, directives: fill.directives, key: key,
      forward: fill.forward)
  }

  /// The answer's head has come (no interim one).
  ///
  /// - Parameter octets: in which it was parsed.
  public mutating func begin(
    _ head: borrowing ResponseHead, _ octets: Span<UInt8>, policy: StoragePolicy, at moment: ResponseMoment
  ) -> FillBeginning {
    switch Storability(
      head, octets, to: fill.directives, policy: policy, largest: store.largestObject, at: moment)
    {
    case .refuse(let refusal): return .released(refusal, notify: release(refusal, at: moment.received))
    case .store(let freshness, let spec):
      let stored: StoredHead
      do throws(FieldError) {
        stored = try StoredHead(head, octets, freshness: freshness, at: moment)
      } catch {
        return .released(.badFields, notify: release(.badFields, at: moment.received))
      }
      enter(varyingBy: spec)
      var length: Int?
      switch head.framing {
      case .length(let declared): length = Int(clamping: declared)
      case .none: length = 0
      case .chunked, .untilClose: break
      }
      let selection = key.selection
      let entered = self.spec
      let notify = fill.withState { $0.begin(stored, length: length, spec: entered, selection: selection) }
      return .shared(stored, notify: notify)
    }
  }

  /// The key that the answer is found by, and the fill under it.
  private mutating func enter(varyingBy found: VarySpec?) {
    let spec = found.map { store.known($0, under: key) }
    var full = key.lookupKey
    if let spec {
      spec.select(from: fill.request, into: &full)
      full.sealSelection(with: store.hasher)
    }
    let new = StoreKey(full)
    if isShared { isShared = store.move(fill, from: key, to: new, varyingBy: spec) }
    (key, self.spec) = (new, spec)
  }

  /// Adds octets of the body, one or more.
  public mutating func append(_ octets: Span<UInt8>, at now: Instant) -> FillProgress {
    guard !octets.isEmpty, !isOver else { return FillProgress(notify: WorkerSet(), pauses: false) }
    if !isOutgrown { outgrowIfNeeded(by: octets.count, at: now) }
    if isOutgrown {
      // What all have read is not kept anew.
      if fill.withState({ $0.held }) == 0 { tail.clear() }
    }
    let piece = tail.add(octets, keeps: !isOutgrown)
    if !isOutgrown { give(piece.joined * StoredResponse.chunkOverhead) }
    return fill.withState { $0.append(piece.slice, repeating: piece.repeated) }
  }

  /// Beyond the largest object, or beyond what all fills may hold, it becomes a pass for those who have begun.
  private mutating func outgrowIfNeeded(by count: Int, at now: Instant) {
    let isTooLarge = fill.withState { $0.end } + count > store.largestObject
    let cost = count + StoredResponse.chunkOverhead
    if !isTooLarge, store.fillBudget.take(cost) {
      taken += cost
      return
    }
    isOutgrown = true
    if isShared {
      if isTooLarge { remember(.tooLarge, at: now) } else { store.leave(fill, key: key) }
      isShared = false
    }
    fill.withState { $0.outgrow() }
    tail.clear()
    give(taken)
  }

  private mutating func give(_ octets: Int) {
    taken -= octets
    store.fillBudget.give(octets)
  }

  /// The body is whole, as far as its framing says. The fill is over.
  ///
  /// - Returns: also the response, where it is stored now.
  public mutating func finish() -> (stored: StoredResponse?, notify: WorkerSet) {
    guard !isOver else { return (nil, WorkerSet()) }
    let (length, end) = fill.withState { ($0.declaredLength, $0.end) }
    if let length, length != end { return (nil, fail(.wrongLength)) }
    guard !isOutgrown, let head = head else { return (nil, close { $0.finish() }) }
    if let piece = tail.finish() { fill.withState { $0.compact(piece.slice, repeating: piece.repeated) } }
    let response = StoredResponse(head: head, body: fill.withState { $0.slices }, countedIn: store.live)
    let isStored = store.finish(fill, response, under: key, varyingBy: spec, isShared: isShared)
    isShared = false
    return (isStored ? response : nil, close { $0.finish() })
  }

  /// The answer failed. What is stored and stale stays. The fill is over.
  public mutating func fail(_ failure: FillFailure) -> WorkerSet { close { $0.fail(failure) } }

  /// Cuts off readers of an outgrown fill who hold up the others. Call it on the owner's timer while it is paused.
  ///
  /// - Parameter then: who has not got on since is cut.
  /// - Returns: also whether to read on.
  public mutating func cut(stuckSince then: Instant) -> (notify: WorkerSet, resumes: Bool) {
    let (notify, resumes) = fill.withState { $0.cut(stuckSince: then) }
    return (notify, resumes)
  }

  private var head: StoredHead? {
    fill.withState { state in if case .body(let head) = state.phase { head } else { nil } }
  }

  private mutating func release(_ refusal: Refusal, at now: Instant) -> WorkerSet {
    remember(refusal, at: now)
    isShared = false
    return close { $0.release(refusal) }
  }

  private func remember(_ refusal: Refusal, at now: Instant) {
    store.release(fill, under: key, as: Unshared(until: now + Self.unsharedTime, passes: refusal.isLasting), at: now)
  }

  private mutating func close(_ end: (inout FillState) -> WorkerSet) -> WorkerSet {
    guard !isOver else { return WorkerSet() }
    isOver = true
    if isShared { store.leave(fill, key: key) }
    isShared = false
    give(taken)
    tail.clear()
    return fill.withState { end(&$0) }
  }
}
