import Bytes
import HTTP
import Time

/// The store as one worker sees it: every look-up goes through here, so that a small front of the hottest objects can
/// be put here without touching a caller. One thread.
public struct CacheView: ~Copyable {
  public let store: Store
  private let worker: Int

  /// - Parameter worker: its number, below `WorkerSet.limit`.
  init(_ store: Store, worker: Int) { (self.store, self.worker) = (store, worker) }

  /// Looks for an answer to a request.
  ///
  /// - Parameters:
  ///   - key: with the parts of the primary key; selecting fields are added behind them.
  ///   - head: the client's request, and `octets` in which it was parsed.
  public func lookup(
    _ key: inout CacheKey, for head: borrowing RequestHead, _ octets: Span<UInt8>, as directives: RequestDirectives,
    at now: Instant
  ) -> Lookup {
    guard directives.use != .bypass else { return .pass(Self.forward(head.method)) }
    key.seal(with: store.hasher)
    var finding = store.find(key, at: now)
    if case .varies(let spec) = finding {
      spec.select(from: head, octets, into: &key)
      key.sealSelection(with: store.hasher)
      finding = store.find(key, at: now)
    }
    if case .hit(let response) = finding { return .hit(response) }
    guard directives.use == .fill, !directives.onlyIfCached else {
      return .pass(Self.forward(of: finding, isVariant: key.count > key.primaryCount))
    }
    let fields: FieldBlock
    do throws(FieldError) { fields = try RequestFields.copy(head, octets) } catch { return .pass(.bypass) }
    return settle(finding, &key, fields, directives, at: now)
  }

  /// What an unsafe request that was no error may have changed is not found any more (RFC 9111 §4.4), nor is what is
  /// asked for at the moment: it may be of before.
  ///
  /// - Parameter key: with the parts of the primary key.
  public func invalidate(_ key: inout CacheKey) {
    key.seal(with: store.hasher)
    store.invalidate(StoreKey(key))
  }

  /// Looks anew for a reader whose fill was not for it (`otherVariant`, `released`). For a hit, take its `conditions`
  /// before.
  public func lookup(again reader: consuming FillReader, at now: Instant) -> Lookup {
    var key = reader.key.lookupKey
    let (fields, directives) = (reader.request, reader.directives)
    _ = reader.leave()
    return settle(store.find(key, at: now), &key, fields, directives, at: now)
  }

  /// What follows from a finding that is no hit; looks again where others were faster.
  private func settle(
    _ first: Shard.Finding, _ key: inout CacheKey, _ fields: FieldBlock, _ directives: RequestDirectives,
    at now: Instant
  ) -> Lookup {
    var finding = first
    for _ in 0..<Self.attemptLimit {
      let isVariant = key.count > key.primaryCount
      switch finding {
      case .hit(let response): return .hit(response)
      case .varies(let spec):
        guard !isVariant else { return .pass(.bypass) }
        spec.select(from: fields, into: &key)
        key.sealSelection(with: store.hasher)
        finding = store.find(key, at: now)
      case .underWay(let fill):
        if let slot = fill.join(worker: worker, at: now) {
          let forward = isVariant ? CacheStatus.Forward.varyMiss : fill.forward
          return .wait(
            FillReader(
              fill, slot: slot, worker: worker, request: fields, directives: directives, key: StoreKey(key),
              forward: forward))
        }
        // It ended meanwhile, or is full: what is stored has changed, or it is time to pass.
        key.seal(with: store.hasher)
        finding = store.find(key, at: now)
      case .unshared(let unshared):
        if unshared.passes { return .pass(.miss) }
        return .fill(
          FillWriter(makeFill(fields, directives, .miss, nil), key: StoreKey(key), in: store, isShared: false))
      case .missing(let stale):
        let forward = stale != nil ? CacheStatus.Forward.stale : isVariant ? .varyMiss : .uriMiss
        let fill = makeFill(fields, directives, forward, stale)
        let entered = StoreKey(key)
        switch store.enter(fill, under: entered, at: now) {
        case .entered: return .fill(FillWriter(fill, key: entered, in: store, isShared: true))
        case .refused: return .pass(.bypass)
        case .found(let other): finding = other
        }
      }
    }
    return .pass(.bypass)
  }

  private static let attemptLimit = 6

  private func makeFill(
    _ fields: FieldBlock, _ directives: RequestDirectives, _ forward: CacheStatus.Forward, _ stale: StoredResponse?
  ) -> Fill {
    Fill(
      owner: worker, request: fields, directives: directives, forward: forward, stale: stale,
      budget: store.fillBudget)
  }

  private static func forward(of finding: Shard.Finding, isVariant: Bool) -> CacheStatus.Forward {
    switch finding {
    case .hit, .varies, .underWay, .missing(stale: nil): isVariant ? .varyMiss : .uriMiss
    case .unshared: .miss
    case .missing: .stale
    }
  }

  private static func forward(_ method: Method) -> CacheStatus.Forward {
    method == .get || method == .head ? .bypass : .method
  }
}
