import Bytes
import Time

/// The three sample origins as rules: a request in, an answer out. The API remembers what it was told.
struct SampleSite {
  /// Who is asked.
  enum Origin: Hashable, CaseIterable {
    /// Pages that may be cached.
    case pages
    /// Slow, and never the same twice.
    case search
    /// One API, served by two servers.
    case firstAPI, secondAPI
  }

  private(set) var failure = SampleFailure.none
  /// Once its user has given an order, the demo gives none any more.
  private var isTouched = false
  private var apiAnswers = 0
  private var random: SampleRandom

  /// - Parameter seed: of the pauses.
  init(seed: UInt64) { random = SampleRandom(seed: seed) }

  /// What happens to be asked is answered in any case; nothing here fails but what was told to.
  mutating func answer(to request: SampleRequest, of origin: Origin) -> SampleAnswer {
    if request.segments.first == "switch" { return turn(request) }
    switch origin {
    case .pages: return SamplePages.answer(to: request)
    case .search: return search(request)
    case .firstAPI: return api(request, isSecond: false)
    case .secondAPI: return api(request, isSecond: true)
    }
  }

  /// 100 to 400 ms: three in ten miss a target of 300 ms.
  private mutating func search(_ request: SampleRequest) -> SampleAnswer {
    guard request.path != "/healthz" else { return SampleAnswer(body: "ok\n") }
    let pause = Nanoseconds.milliseconds(100 + Int64(random.below(300)))
    return SamplePages.results(pause: pause)
  }

  private mutating func api(_ request: SampleRequest, isSecond: Bool) -> SampleAnswer {
    let name = isSecond ? "api-2" : "api-1"
    let isCheck = request.path == "/healthz"
    if !isCheck { apiAnswers &+= 1 }
    if failure.hits(isSecond: isSecond, isCheck: isCheck, answer: apiAnswers) {
      return SampleAnswer(
        status: 500, mediaType: .json, body: #"{"error": "told to fail", "server": "\#(name)"}"# + "\n")
    }
    if isCheck { return SampleAnswer(body: "ok\n") }
    let body = #"{"collection": "brown bin", "weekday": "Tuesday", "server": "\#(name)"}"# + "\n"
    return SampleAnswer(mediaType: .json, body: body, pause: .milliseconds(2 + Int64(random.below(10))))
  }

  /// In the query of the demo's own orders.
  static let ownMark = "by=demo"

  /// `POST /switch/fail`, `/switch/fail/all`, `/switch/every/N`, `/switch/recover`.
  private mutating func turn(_ request: SampleRequest) -> SampleAnswer {
    guard request.method == .post else { return .wrongMethod }
    guard let told = SampleFailure(request.segments.dropFirst().map(String.init)) else { return .notFound }
    let isOwn = request.query == Self.ownMark
    if isOwn, isTouched { return SampleAnswer(status: 303, location: "/", body: "not now\n") }
    if !isOwn { isTouched = true }
    failure = told
    // A browser that pressed the button goes back to the page; curl shows the words.
    return SampleAnswer(status: 303, location: "/", body: "\(told)\n")
  }
}

/// What the API was told to get wrong.
enum SampleFailure: Equatable, CustomStringConvertible {
  case none
  /// One of two servers answers 500, health checks among it: it is taken out.
  case secondServer
  /// Both do: nobody is left.
  case all
  /// Every so-many-th answer is a 500, and health checks pass: only the route's target sees it. 2 or more.
  case every(Int)

  /// What follows `/switch/`.
  init?(_ words: [String]) {
    switch (words.first, words.dropFirst().first, words.count) {
    case ("recover", nil, 1): self = .none
    case ("fail", nil, 1): self = .secondServer
    case ("fail", "all", 2): self = .all
    case ("every", .some(let number), 2):
      guard let count = Int(number), (2...1_000).contains(count) else { return nil }
      self = .every(count)
    default: return nil
    }
  }

  /// - Parameter answer: counted from 1.
  func hits(isSecond: Bool, isCheck: Bool, answer: Int) -> Bool {
    switch self {
    case .none: false
    case .secondServer: isSecond
    case .all: true
    case .every(let count): !isCheck && answer % count == 0
    }
  }

  var description: String {
    switch self {
    case .none: "api-1 and api-2 answer as they should"
    case .secondServer: "api-2 answers 500 from now on; watch its checks take it out"
    case .all: "api-1 and api-2 answer 500 from now on; nobody is left to answer"
    case .every(let count): "one answer of the API in \(count) is a 500 from now on; watch its availability"
    }
  }
}

/// Chance that is the same each time: no clock and no system call.
struct SampleRandom {
  private var chance: SplitMix64

  init(seed: UInt64) { chance = SplitMix64(seed: seed) }

  /// 0 to `bound` - 1; `bound` is 1 or more.
  mutating func below(_ bound: UInt64) -> UInt64 { chance.next() % max(bound, 1) }
}
