import EventLoop
import Testing

@Suite("Spares")
struct SparesTests {
  private final class Thing {}

  @Test("the one used last is used first, each once, and no more are kept than the limit")
  func order() {
    let spares = Spares<Thing>(limit: 2)
    let (first, second) = (Thing(), Thing())
    spares.give(first)
    spares.give(second)
    #expect(spares.take() === second)
    #expect(spares.take() === first)
    #expect(spares.take() == nil)
  }

  @Test("what is beyond the limit, or left at the end, is let go of")
  func letsGo() {
    weak var kept: Thing?
    weak var beyond: Thing?
    do {
      let spares = Spares<Thing>(limit: 1)
      do {
        let (first, second) = (Thing(), Thing())
        (kept, beyond) = (first, second)
        spares.give(first)
        spares.give(second)
      }
      #expect(kept != nil && beyond == nil)
    }
    #expect(kept == nil)
  }
}
