import HTTP

/// The pages of the administration, by path.
enum AdminPage: String, CaseIterable {
  case index = "/"
  case metrics = "/metrics"
  case health = "/healthz"
  case status = "/status"
  case reload = "/reload"

  /// The one method that it takes; HEAD with GET.
  var method: Method { self == .reload ? .post : .get }

  private var purpose: String {
    switch self {
    case .index: "this page"
    case .metrics: "everything that is counted, for Prometheus"
    case .health: "200 while Yett serves, 503 while it drains"
    case .status: "routes against their targets, servers, cache; ?since=60s&route=NAME; JSON, or text/plain if asked"
    case .reload: "takes the configuration anew, and answers when every worker has"
    }
  }

  /// The text of the page that lists all.
  static var contents: String {
    "Yett's administration\n\n"
      + allCases.map { page in
        let padding = String(repeating: " ", count: 14 - page.rawValue.count - page.method.text.utf8CodeUnitCount)
        return "\(page.method.text) \(page.rawValue)\(padding)\(page.purpose)\n"
      }.joined()
  }
}
