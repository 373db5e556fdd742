import Cache
import HTTP
import Time
import Upstream

/// Feeds a fill of the cache from a fetch, on the worker that owns it. Where the answer may not be shared it hands the
/// fetch to the one who asked, and passes on what comes.
final class FillFeeder: FetchReader {
  private var writer: FillWriter
  private let fill: Fill
  private let policy: StoragePolicy
  private let services: ExchangeServices
  private let began: Instant
  private var fetch: (any Fetching)?
  /// What the fetch came to, once it is over.
  private var ended: FetchProgress?
  /// Who asked first, and which of the exchange's requests that was.
  private var asker: (exchange: Exchange, serial: UInt64)?
  /// The answer goes to the asker alone.
  private var isPassing = false
  private var isPaused = false
  /// `.distantFuture` while somebody reads it.
  private var unreadSince = Instant.distantFuture

  /// How long a fill goes on for the cache alone.
  private static let unreadLimit = Nanoseconds.seconds(60)

  init(
    _ writer: consuming FillWriter, policy: StoragePolicy, asker: Exchange, serial: UInt64, services: ExchangeServices
  ) {
    fill = writer.fill
    self.writer = writer
    (self.policy, self.services) = (policy, services)
    self.asker = (asker, serial)
    began = services.moment().now
  }

  /// Begins to fetch.
  func start(_ request: inout OriginRequest, pool: OriginPool) throws(UpstreamFailure) {
    services.fills.add(self, for: fill)
    do throws(UpstreamFailure) {
      fetch = try services.fetches.start(&request, pool: pool, reader: self)
    } catch {
      end { $0.fail(FillFailure(error)) }
      throw error
    }
  }

  /// Whether it still asks an origin for what it feeds.
  var isFetching: Bool { fetch != nil }

  /// Of the fetch so far, for the record of who asked.
  var progress: FetchProgress? { fetch?.progress ?? ended }

  // MARK: From the fetch

  /// Told to the one who asked; who joins later has no claim to it.
  func fetchInterim(_ head: borrowing ResponseHead, _ octets: Span<UInt8>) { passed?.fetchInterim(head, octets) }

  func fetchHead(_ head: borrowing ResponseHead, _ octets: Span<UInt8>) {
    let moment = services.moment()
    let beginning = writer.begin(
      head, octets, policy: policy,
      at: ResponseMoment(requested: began, received: moment.now, receivedWall: moment.wall))
    switch beginning {
    case .shared(_, let notify): services.fills.tell(notify, of: fill)
    case .released(_, let notify):
      services.fills.remove(feederOf: fill)
      isPassing = true
      // The asker first: the others then find the way free.
      if let asker, let fetch, asker.exchange.takes(fetch, serial: asker.serial) {
        asker.exchange.fetchHead(head, octets)
      } else {
        fetch?.cancel()
        fetch = nil
        asker = nil
      }
      services.fills.tell(notify, of: fill)
    }
  }

  func fetchBody(_ octets: Span<UInt8>) -> FetchDemand {
    if isPassing { return passed?.fetchBody(octets) ?? .more }
    let progress = writer.append(octets, at: services.moment().now)
    services.fills.tell(progress.notify, of: fill)
    isPaused = progress.pauses
    return progress.pauses ? .pause : .more
  }

  func fetchEnd() {
    letGo()
    if isPassing {
      passed?.fetchEnd()
      asker = nil
    } else {
      end { $0.finish().notify }
    }
  }

  func fetchFailed(_ failure: UpstreamFailure) {
    letGo()
    if isPassing {
      passed?.fetchFailed(failure)
      asker = nil
    } else {
      end { $0.fail(FillFailure(failure)) }
    }
  }

  func fetchWantsBody() {}

  // MARK: From its readers

  /// Reads on where it waited for readers; gives up where nobody is left and nothing will be stored.
  func readerMoved() {
    guard !isPassing else { return }
    if writer.isUnread, writer.isOutgrown { return giveUp() }
    guard isPaused else { return }
    isPaused = false
    fetch?.resume()
  }

  /// Once a second: gives up what nobody has read for too long, cuts who has not got on since `then` and holds up the
  /// others, and makes up for a reader's word that a full mailbox lost.
  func tick(at now: Instant, stuckSince then: Instant) {
    guard !isPassing else { return }
    if !writer.isUnread {
      unreadSince = .distantFuture
    } else if unreadSince == .distantFuture {
      unreadSince = now
    } else if now - unreadSince >= Self.unreadLimit {
      return giveUp()
    }
    guard isPaused else { return }
    let (notify, resumes) = writer.cut(stuckSince: then)
    services.fills.tell(notify, of: fill)
    if resumes || writer.isUnread || writer.mayGoOn { readerMoved() }
  }

  // MARK: Within

  private func giveUp() {
    fetch?.cancel()
    letGo()
    end { $0.fail(FillFailure(status: 502, description: "nobody reads it any more")) }
  }

  private func letGo() {
    ended = fetch?.progress
    fetch = nil
  }

  /// The asker, while it is still about the same request.
  private var passed: Exchange? { asker.flatMap { $0.exchange.serial == $0.serial ? $0.exchange : nil } }

  private func end(_ body: (inout FillWriter) -> WorkerSet) {
    let notify = body(&writer)
    services.fills.remove(feederOf: fill)
    services.fills.tell(notify, of: fill)
    asker = nil
  }
}

extension FillFailure {
  /// As the fetch failed.
  init(_ failure: UpstreamFailure) { self.init(status: UInt16(clamping: failure.status), description: "\(failure)") }
}
