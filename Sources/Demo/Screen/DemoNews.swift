import Logging
import Synchronization
import Time

/// What happened of late, in words: what Yett says to its log and what the sample origins were told. Any thread.
final class DemoNews: Sendable {
  struct Item: Equatable, Sendable {
    let at: WallTime
    let words: String
  }

  /// Older ones are forgotten.
  static let limit = 5

  private let items = Mutex<[Item]>([])

  func add(_ words: String, at time: WallTime = WallTime.readClock()) {
    items.withLock { items in
      items.append(Item(at: time, words: words))
      if items.count > Self.limit { items.removeFirst() }
    }
  }

  /// The oldest first.
  var latest: [Item] { items.withLock { $0 } }

  /// A logger whose lines are news. Lines on standard error would tear the screen.
  var logger: Logger { Logger(label: "yett-demo") { _ in DemoNewsLog(news: self) } }
}

private struct DemoNewsLog: LogHandler {
  let news: DemoNews
  var logLevel = Logger.Level.notice
  var metadata: Logger.Metadata = [:]

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) { news.add("\(event.message)") }
}
