import Bytes
import HTTP
import Testing
import Upstream

/// Stands in for the pools of a worker: each fetch does what the test says, when it says so.
final class ScriptedFetches: FetchStarting {
  /// What the next `start` throws.
  var refusal: UpstreamFailure?
  private(set) var started: [ScriptedFetch] = []

  func start(
    _ request: inout OriginRequest, pool: OriginPool, reader: any FetchReader
  ) throws(UpstreamFailure) -> any Fetching {
    if let refusal { throw refusal }
    let fetch = ScriptedFetch(request, pool: pool, reader: reader)
    started.append(fetch)
    return fetch
  }

  /// The newest one.
  func last(_ location: SourceLocation = #_sourceLocation) throws -> ScriptedFetch {
    try #require(started.last, "nothing was fetched", sourceLocation: location)
  }
}

/// One fetch: the test is the origin. It holds its reader to the rules of `Fetching`.
final class ScriptedFetch: Fetching {
  let request: OriginRequest
  let pool: OriginPool
  private var reader: (any FetchReader)?
  /// Octets of the request's body that the origin would still take.
  var bodyRoom = 65_536
  private(set) var sent: [UInt8] = []
  private(set) var isRequestWhole = false
  private(set) var isCancelled = false
  private(set) var isPaused = false
  var progress = FetchProgress()

  init(_ request: OriginRequest, pool: OriginPool, reader: any FetchReader) {
    (self.request, self.pool, self.reader) = (request, pool, reader)
    (progress.server, progress.attempts) = (0, 1)
  }

  /// Method, target and authority that the origin was sent: `GET /path?query a.example`.
  var line: String {
    let request = request
    return "\(text(request.methodName)) \(text(request.target)) \(text(request.authority))"
  }

  /// The fields that the origin was sent, as `name: value`.
  var fields: [String] { lines(request.fields) }

  // MARK: The reader calls

  func send(_ octets: Span<UInt8>) {
    #expect(octets.count <= bodyRoom, "more than there was room for")
    #expect(!isRequestWhole && !isCancelled)
    bodyRoom -= octets.count
    sent.append(octets)
  }

  func finishBody() {
    #expect(!isRequestWhole && !isCancelled)
    isRequestWhole = true
  }

  func resume() { isPaused = false }

  func cancel() {
    isCancelled = true
    reader = nil
  }

  // MARK: The test calls

  /// The origin has sent a head, an interim one or the final one.
  func answers(_ head: String) {
    var parser = ResponseHeadParser()
    let octets = Array((head + "\r\n\r\n").utf8)
    do throws(HeadError) {
      #expect(try parser.read(octets.span, answerTo: request.method))
    } catch {
      Issue.record("the script's own head is malformed: \(error)")
    }
    if parser.head.isInterim {
      reader?.fetchInterim(parser.head, octets.span)
    } else {
      reader?.fetchHead(parser.head, octets.span)
    }
  }

  /// The origin has sent octets of its body.
  func sends(_ octets: [UInt8]) {
    #expect(!isPaused, "the script sends although it was asked to pause")
    if case .pause = reader?.fetchBody(octets.span) { isPaused = true }
  }

  func sends(_ text: String) { sends(Array(text.utf8)) }

  func ends() {
    let ended = reader
    reader = nil
    ended?.fetchEnd()
  }

  func fails(_ failure: UpstreamFailure) {
    let failed = reader
    reader = nil
    failed?.fetchFailed(failure)
  }

  /// The origin takes so many octets of the request's body again.
  func takes(_ octets: Int) {
    bodyRoom += octets
    reader?.fetchWantsBody()
  }
}

/// The lines of a block as `name: value`.
func lines(_ block: borrowing FieldBlock) -> [String] {
  String(decoding: block.octets, as: UTF8.self).split(separator: "\r\n").map(String.init)
}
