import HTTP
import Time

/// One place among a fill's readers: reads head and body at its own pace, and leaves when it ends. One thread at a
/// time.
public struct FillReader: ~Copyable {
  /// News of it are told to this reader's worker by whom the owner's calls name.
  public let fill: Fill
  /// Why the request was not answered at once, for `CacheStatus`.
  public let forward: CacheStatus.Forward
  private let slot: Int
  private let worker: Int
  let request: FieldBlock
  let directives: RequestDirectives
  let key: StoreKey
  private var isHere = true
  private var isMatched = false

  init(
    _ fill: Fill, slot: Int, worker: Int, request: FieldBlock, directives: RequestDirectives, key: StoreKey,
    forward: CacheStatus.Forward
  ) {
    (self.fill, self.slot, self.worker) = (fill, slot, worker)
    (self.request, self.directives, self.key, self.forward) = (request, directives, key, forward)
  }

  deinit { if isHere { _ = fill.leave(slot) } }

  /// What is known of the head. Until it is `ready`, nothing of the body is to be read.
  public mutating func head() -> FillHead {
    let (head, spec, selection) = fill.withState { ($0.head(for: slot), $0.spec, $0.selection) }
    guard case .ready = head, let spec, !isMatched else { return head }
    var own = CacheKey()
    spec.select(from: request, into: &own)
    guard own.octets.equals(selection.span) else { return .otherVariant }
    isMatched = true
    return head
  }

  /// What the conditions of its request come to on the head that is `ready`.
  ///
  /// - Parameter now: for dates with a year of two digits.
  public func conditional(on stored: StoredHead, now: WallTime) -> Conditional {
    conditions.conditional(on: stored, now: now)
  }

  /// The conditions of its request, to be kept over `CacheView.lookup(again:at:)`: a hit there is another response than
  /// the fill's, and may be the one that the client has.
  public var conditions: RequestConditions { RequestConditions(request: request) }

  /// The next of the body.
  ///
  /// - Parameter limit: octets, 1 or more.
  /// - Returns: also whether `fill.owner` is to be told that it may read on (`FillProgress.pauses`).
  public mutating func read(limit: Int, at now: Instant) -> (body: FillBody, wakesOwner: Bool) {
    fill.withState { $0.read(slot, limit: limit, at: now) }
  }

  /// Ends the reading early or late.
  ///
  /// - Returns: whether `fill.owner` is to be told that it may read on, or that nobody reads any more.
  public consuming func leave() -> Bool {
    isHere = false
    return fill.leave(slot) || fill.readerCount == 0
  }
}
