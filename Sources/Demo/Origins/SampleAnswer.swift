import HTTP
import Time

/// What is asked of a sample origin.
struct SampleRequest: Equatable {
  var method = Method.get
  /// As sent, without the query.
  var path: String
  /// As sent, without the `?`; empty where there is none.
  var query = ""

  init(_ target: String, _ method: Method = .get) {
    self.method = method
    let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    path = String(parts.first ?? "")
    query = parts.count > 1 ? String(parts[1]) : ""
  }

  /// The parts of the path between its slashes.
  var segments: [Substring] { path.split(separator: "/") }
}

/// What a sample origin answers, and how long it takes over it.
struct SampleAnswer: Equatable {
  enum MediaType: String {
    case html = "text/html; charset=utf-8"
    case json = "application/json"
    case text = "text/plain"
  }

  var status: UInt16 = 200
  var mediaType = MediaType.text
  /// `Cache-Control`, of our own words.
  var cacheControl = "no-store"
  /// Of a redirect; an absolute path of our own.
  var location: String?
  var body: String
  /// Between the request and the answer: up to a second.
  var pause = Nanoseconds.zero

  static let notFound = SampleAnswer(status: 404, cacheControl: "max-age=5", body: "there is no such page\n")
  static let wrongMethod = SampleAnswer(status: 405, body: "try another method\n")
}
