import Testing
import Time

@testable import Control

@Suite("How Yett ends")
struct ShutdownTests {
  static let now = Instant(sinceStart: .seconds(100))
  static let draining = Shutdown.draining(limit: Instant(sinceStart: .seconds(135)))
  static let cutting = Shutdown.cutting(limit: Instant(sinceStart: .seconds(102)))

  @Test(
    "a first signal drains, a second cuts, a third and every limit force",
    arguments: [
      (Shutdown.none, Shutdown.Event.signal, draining), (.none, .limitReached, .none), (draining, .signal, cutting),
      (draining, .limitReached, .forced), (cutting, .signal, .forced), (cutting, .limitReached, .forced),
      (.forced, .signal, .forced), (.forced, .limitReached, .forced),
    ])
  func steps(from state: Shutdown, event: Shutdown.Event, to next: Shutdown) {
    #expect(state.after(event, at: Self.now, drain: .seconds(30)) == next)
  }

  @Test("who serves waits for a signal alone; what has a limit ends by it")
  func limits() {
    #expect(Shutdown.none.limit == nil)
    #expect(Self.draining.limit == Instant(sinceStart: .seconds(135)))
    #expect(Self.cutting.limit == Instant(sinceStart: .seconds(102)))
  }
}
