import EventLoop
import HTTP
import TLS
import Time

/// What one worker has towards origins: the pools of its snapshot, and the connections that outlive it.
public final class Origins: FetchStarting {
  /// Fetches that are kept to be used again.
  private static let spareLimit = 64
  /// Octets of a head above which its storage is not kept.
  static let keptOctets = 16_384

  let loop: EventLoop
  let idle = IdleConnections()
  /// Made with the first snapshot that needs it.
  private var secured: KnownServers?
  /// Taken out for each change and put back: a move needs no dynamic check of exclusivity, a change in place does.
  private var spares: [Fetch] = []

  public init(loop: EventLoop) { self.loop = loop }

  /// Takes the pools of a new snapshot, and closes what none of them would keep; fetches under way go on with theirs.
  ///
  /// - Parameter library: the worker's, always the same; `nil` for as long as no pool needs it.
  /// - Throws: the pools were taken; servers with which there can be no TLS are used by nobody.
  public func adopt(_ pools: [OriginPool], library: TLSLibrary?) throws(TLSError) {
    if secured == nil { secured = library.map { KnownServers(in: $0) } }
    var failure: TLSError?
    var limits: [ConnectionKey: Int] = [:]
    for pool in pools {
      do throws(TLSError) { try pool.adopt(secured) } catch { failure = failure ?? error }
      for key in pool.currentKeys() { limits[key] = max(limits[key] ?? 0, pool.idleLimit) }
    }
    idle.keep(limits, in: loop)
    secured?.keep(only: Set(pools.flatMap(\.secured)))
    // They hold the pools of the snapshot before.
    spares = []
    if let failure { throw failure }
  }

  /// Ends what waits for a next request.
  public func closeIdle() {
    idle.keep([:], in: loop)
    spares = []
  }

  /// A `pool` that the current snapshot has not is one without a server.
  public func start(
    _ request: inout OriginRequest, pool: OriginPool, reader: any FetchReader
  ) throws(UpstreamFailure) -> any Fetching {
    let fetch = takeSpare() ?? Fetch(in: self)
    try fetch.start(&request, of: pool, for: reader)
    return fetch
  }

  /// One that has ended and that nobody holds: whoever still has it may say so to it as late as he likes.
  private func takeSpare() -> Fetch? {
    var spares: [Fetch] = []
    swap(&spares, &self.spares)
    defer { swap(&spares, &self.spares) }
    while var spare = spares.popLast() {
      if isKnownUniquelyReferenced(&spare) { return spare }
    }
    return nil
  }

  /// Keeps one that has ended.
  func recycle(_ fetch: Fetch) {
    var spares: [Fetch] = []
    swap(&spares, &self.spares)
    defer { swap(&spares, &self.spares) }
    guard spares.count < Self.spareLimit else { return }
    fetch.trim()
    spares.append(fetch)
  }
}
