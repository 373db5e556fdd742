import Bytes
import HTTP
import Testing
import Time

@testable import Cache

/// What a test's request came to, in a form that can be kept.
final class Visitor {
  struct NoReader: Error {}
  enum Outcome: Equatable {
    case hit, wait, fill
    case pass(CacheStatus.Forward)
  }

  let outcome: Outcome
  private(set) var response: StoredResponse?
  /// What its conditions come to on a hit after it looked again.
  private(set) var conditional: Conditional?
  private var reader: FillReader?
  private var writer: FillWriter?

  init(_ lookup: consuming Lookup) {
    switch consume lookup {
    case .hit(let response): (outcome, self.response) = (.hit, response)
    case .wait(let reader):
      outcome = .wait
      self.reader = consume reader
    case .fill(let writer):
      outcome = .fill
      reader = writer.join(at: Day.start)
      self.writer = consume writer
    case .pass(let forward): outcome = .pass(forward)
    }
  }

  /// Asks for the path with these fields.
  convenience init(
    _ view: borrowing CacheView, _ path: String, _ lines: [String] = [], method: String = "GET", at second: Int64 = 0
  ) throws {
    var key = Sample.key(path)
    self.init(
      try Heads.withRequest(method, lines) { (head, octets) in
        view.lookup(&key, for: head, octets, as: RequestDirectives(head, octets), at: .second(second))
      })
  }

  /// Does what an unsafe request for the path does.
  static func change(_ view: borrowing CacheView, _ path: String) {
    var key = Sample.key(path)
    view.invalidate(&key)
  }

  /// Looks again in its reader's place.
  func again(_ view: borrowing CacheView, at second: Int64 = 0) throws -> Visitor {
    guard let reader = self.reader.take() else { throw NoReader() }
    let conditions = reader.conditions
    let visitor = Visitor(view.lookup(again: reader, at: .second(second)))
    if let hit = visitor.response { visitor.conditional = conditions.conditional(on: hit.head, now: Day.noon) }
    return visitor
  }

  var fill: Fill? { reader?.fill }
  var forward: CacheStatus.Forward? { reader?.forward }

  // MARK: As the owner

  @discardableResult
  func begin(_ lines: [String] = ["Cache-Control: max-age=60"], status: Int = 200, at second: Int64 = 0) throws
    -> WorkerSet
  {
    let moment = ResponseMoment(
      requested: .second(second), received: .second(second), receivedWall: Day.noon + .seconds(second))
    return try Heads.withResponse(status, lines) { (head, octets) in
      switch writer?.begin(head, octets, policy: StoragePolicy(), at: moment) {
      case .shared(_, let notify): notify
      case .released(_, let notify): notify
      case nil: WorkerSet()
      }
    }
  }

  @discardableResult
  func append(_ text: String) -> FillProgress? { writer?.append(octets(text).span, at: Day.start) }
  @discardableResult
  func append(_ octets: [UInt8]) -> FillProgress? { writer?.append(octets.span, at: Day.start) }
  @discardableResult
  func finish() -> StoredResponse? { writer?.finish().stored }
  /// Ends it, and says which workers are to be told.
  func finishTelling() -> WorkerSet? { writer?.finish().notify }
  @discardableResult
  func fail() -> WorkerSet? { writer?.fail(FillFailure(status: 504, description: "too slow")) }
  func dropWriter() { writer = nil }

  // MARK: As a reader

  /// One word for what it learns of the head.
  var head: String {
    switch reader?.head() {
    case .waiting: "waiting"
    case .ready(let head, let length): "\(head.status) \(length.map { "\($0)" } ?? "?")"
    case .otherVariant: "other variant"
    case .released(let refusal): "released: \(refusal)"
    case .failed(let failure): "failed: \(failure.status)"
    case nil: "gone"
    }
  }

  /// All that it can read now, and one mark for what comes then.
  func readAll(limit: Int = 10_000) -> String {
    var copy: [UInt8] = []
    while let body = reader?.read(limit: limit, at: Day.start).body {
      switch body {
      case .octets(let slice): slice.withSpan { copy.append($0) }
      case .waiting: return text(copy) + "…"
      case .end: return text(copy) + "."
      case .failed: return text(copy) + "!"
      case .cut: return text(copy) + "|"
      }
    }
    return "gone"
  }

  func leave() { reader = nil }

  /// The body of a hit.
  var body: String? {
    guard let response else { return nil }
    var copy: [UInt8] = []
    for slice in response.body { slice.withSpan { copy.append($0) } }
    return text(copy)
  }
}
