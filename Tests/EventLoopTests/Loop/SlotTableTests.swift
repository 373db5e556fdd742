import Testing

@testable import EventLoop

private final class Nobody: EventTenant {
  func ready(_ readiness: Readiness, in loop: EventLoop) {}
}

@Suite("Slots")
struct SlotTableTests {
  @Test("a token is stale once its tenant has left, also when another lives in its slot")
  func generations() {
    var slots = SlotTable()
    let (first, second) = (Nobody(), Nobody())
    let token = slots.insert(first)
    var tenant = slots.tenant(of: token)
    #expect(tenant === first)
    slots.remove(token)
    tenant = slots.tenant(of: token)
    #expect(tenant == nil)
    let next = slots.insert(second)
    #expect(next.slot == token.slot && next != token)
    slots.remove(token)
    tenant = slots.tenant(of: next)
    #expect(tenant === second, "a stale token removes nobody")
    let isMarked = slots.markPosted(token)
    #expect(!isMarked)
    let count = slots.count
    #expect(count == 1)
  }

  @Test("nobody's token, and one that was never given, mean nobody")
  func strange() {
    var slots = SlotTable()
    _ = slots.insert(Nobody())
    for token in [EventToken.none, EventToken(slot: 0, generation: 9), EventToken(slot: 7, generation: 1)] {
      let tenant = slots.tenant(of: token)
      #expect(tenant == nil)
      slots.remove(token)
      slots.clearPosted(token)
      let isMarked = slots.markPosted(token)
      #expect(!isMarked)
    }
    let count = slots.count
    #expect(count == 1)
  }

  @Test("who is posted is posted once until its turn, and not any more when it left before")
  func posting() {
    var slots = SlotTable()
    let token = slots.insert(Nobody())
    let marks = [slots.markPosted(token), slots.markPosted(token)]
    #expect(marks == [true, false])
    slots.clearPosted(token)
    let again = slots.markPosted(token)
    #expect(again)
    slots.remove(token)
    let next = slots.insert(Nobody())
    let isMarked = slots.markPosted(next)
    #expect(isMarked, "the slot forgot who was posted before")
  }

  @Test("a token survives the kernel's 64 bits", arguments: [(0, 1), (7, 0xFFFF_FFFF), (0xFFFF_FFFE, 3)])
  func packing(slot: UInt32, generation: UInt32) {
    let token = EventToken(slot: slot, generation: generation)
    #expect(EventToken(packed: token.packed) == token)
  }
}
