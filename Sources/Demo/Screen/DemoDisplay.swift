import EventLoop
import Telemetry

/// Shows the screen. On a thread of its own: a terminal that was stopped (^S) must stop nothing else.
final class DemoDisplay: EventTenant {
  /// What the display is told.
  enum Event: Sendable {
    case report(StatusReport)
    case stop
  }

  private let screen: DemoScreen
  private let news: DemoNews
  private let mailbox: Mailbox<Event>
  private let loop: EventLoop
  private var events: [Event] = []

  /// Call on the display's thread.
  init(_ screen: DemoScreen, news: DemoNews, mailbox: Mailbox<Event>) throws(SystemError) {
    (self.screen, self.news, self.mailbox) = (screen, news, mailbox)
    loop = try EventLoop()
    _ = try loop.add(self, descriptor: mailbox.descriptor)
  }

  /// Shows until it is told to stop.
  func run() {
    switch screen.style {
    case .plain: write(screen.text(screen.introduction()))
    // An empty screen; what was there goes up into the scroll-back where the terminal has one.
    case .terminal: write("\u{1B}[2J" + screen.text(fitted([])))
    }
    loop.run()
  }

  func ready(_ readiness: Readiness, in loop: EventLoop) {
    mailbox.drain(into: &events)
    for event in events {
      switch event {
      case .report(let report): show(report)
      case .stop: loop.stop()
      }
    }
  }

  private func show(_ report: StatusReport) {
    let picture = screen.picture(of: report, news: news.latest)
    switch screen.style {
    case .plain: write(screen.text(picture))
    case .terminal: write(screen.text(fitted(picture)))
    }
  }

  /// Asked each time: windows change their size.
  private func fitted(_ picture: [DemoScreen.Line]) -> [DemoScreen.Line] {
    screen.fitted(picture, to: TerminalSize.ofStandardOutput ?? TerminalSize(rows: 24, columns: 80))
  }

  private func write(_ text: String) {
    // Where nobody reads, nobody misses it.
    try? OutputFile.standardOutput().write(Array(text.utf8).span)
  }
}
