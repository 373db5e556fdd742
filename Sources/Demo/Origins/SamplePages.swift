import Time

/// The pages of a public body that does not exist.
enum SamplePages {
  /// By path; the front page is the empty one.
  private static let pages: [(path: String, title: String, words: String)] = [
    ("", "Glenyett Council", "What do you want to do today?"),
    ("bins", "Bins and recycling", "Brown bins go out on Tuesdays, blue ones every other Thursday."),
    ("council-tax", "Council tax", "Pay a bill, tell us that you have moved, or ask for a reduction."),
    ("schools", "Schools", "Term begins on the third Monday of August. Places are given by catchment."),
    ("planning", "Planning", "See what your neighbours want to build, and say what you think of it."),
    ("libraries", "Libraries", "Eleven libraries, one ticket, and a van for the glens."),
    ("roads", "Roads and paths", "Tell us about a pothole. The high road is shut above 600 m until April."),
    ("births", "Births, marriages and deaths", "Register within 21 days. Bring the card that the midwife gave you."),
    ("voting", "Voting", "You may vote here from the age of 16. Register by midnight on the 12th."),
    ("about", "About the council", "Twenty-nine members, elected in nine wards for five years."),
  ]

  /// Bulletins are there under `/news/1` to this.
  static let bulletins = 24

  /// Every path that answers 200.
  static var paths: [String] { pages.map { "/\($0.path)" } + (1...bulletins).map { "/news/\($0)" } }

  static func answer(to request: SampleRequest) -> SampleAnswer {
    guard request.method == .get || request.method == .head else { return .wrongMethod }
    let segments = request.segments
    if segments.count == 1, segments[0] == "healthz" { return SampleAnswer(body: "ok\n") }
    if segments.count == 2, segments[0] == "news", let number = Int(segments[1]), (1...bulletins).contains(number) {
      let words = "<p>Bulletin \(number) of \(bulletins). Nothing has happened in Glenyett since the last one.</p>"
      return answer(title: "News \(number)", content: words, age: 60)
    }
    guard segments.count <= 1, let page = pages.first(where: { $0.path == segments.first ?? "" }) else {
      return .notFound
    }
    return answer(title: page.title, content: page.path.isEmpty ? front(page.words) : "<p>\(page.words)</p>", age: 120)
  }

  /// What the slow search says.
  static func results(pause: Nanoseconds) -> SampleAnswer {
    let content = "<p>Three results, found within \(pause.milliseconds) ms.</p>\(list(pages.dropFirst().prefix(3)))"
    return SampleAnswer(mediaType: .html, body: html(title: "Search", content: content), pause: pause)
  }

  /// - Parameter age: how long it may be cached, in seconds.
  private static func answer(title: String, content: String, age: Int) -> SampleAnswer {
    SampleAnswer(
      mediaType: .html, cacheControl: "max-age=\(age)", body: html(title: title, content: content),
      pause: .milliseconds(20))
  }

  private static func front(_ words: String) -> String {
    """
    <p>\(words)</p>
    \(list(pages.dropFirst()[...]))
    <h2>What you see</h2>
    <p>This page came through Yett: over TLS from its cache, or from a server that its checks found well. The response
    header <code>Cache-Status</code> says which. The terminal shows how each route keeps its target.</p>
    <ul>
    <li><a href="/search?q=bins">Search</a>: slow on purpose, and never cached</li>
    <li><a href="/api/bins/next">An API</a> behind two servers</li>
    </ul>
    <form method="post">
    <button formaction="/switch/fail">Make one API server fail</button>
    <button formaction="/switch/fail/all">Make both fail</button>
    <button formaction="/switch/every/5">Make one answer in five fail</button>
    <button formaction="/switch/recover">Recover</button>
    </form>
    """
  }

  private static func list(_ pages: ArraySlice<(path: String, title: String, words: String)>) -> String {
    "<ul>" + pages.map { "<li><a href=\"/\($0.path)\">\($0.title)</a></li>" }.joined() + "</ul>"
  }

  private static func html(title: String, content: String) -> String {
    """
    <!doctype html>
    <html lang="en">
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width">
    <title>\(title)</title>
    <style>body { font: 1.1rem/1.6 sans-serif; max-width: 42rem; margin: 2rem auto; padding: 0 1rem }</style>
    <h1>\(title)</h1>
    \(content)
    <p><a href="/">Glenyett Council</a>, a public body that does not exist</p>
    </html>

    """
  }
}
