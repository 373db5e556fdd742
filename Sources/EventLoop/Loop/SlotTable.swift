/// Who lives in which slot. A slot's generation moves on when its tenant leaves.
struct SlotTable: ~Copyable {
  private struct Slot {
    var tenant: (any EventTenant)?
    var generation: UInt32
    var isPosted: Bool
  }

  private var slots: [Slot] = []
  private var free: [UInt32] = []

  var count: Int { slots.count - free.count }

  mutating func insert(_ tenant: any EventTenant) -> EventToken {
    if let slot = free.popLast() {
      slots[Int(slot)].tenant = tenant
      return EventToken(slot: slot, generation: slots[Int(slot)].generation)
    }
    slots.append(Slot(tenant: tenant, generation: 1, isPosted: false))
    return EventToken(slot: UInt32(slots.count - 1), generation: 1)
  }

  /// - Returns: who it was, to be let go of by the caller.
  @discardableResult mutating func remove(_ token: EventToken) -> (any EventTenant)? {
    guard isCurrent(token) else { return nil }
    let slot = Int(token.slot)
    let tenant = slots[slot].tenant.take()
    slots[slot].generation &+= 1
    slots[slot].isPosted = false
    free.append(token.slot)
    return tenant
  }

  /// - Returns: who it was, to be let go of by the caller.
  mutating func replace(_ token: EventToken, with tenant: any EventTenant) -> (any EventTenant)? {
    guard isCurrent(token) else { return nil }
    let before = slots[Int(token.slot)].tenant
    slots[Int(token.slot)].tenant = tenant
    return before
  }

  func tenant(of token: EventToken) -> (any EventTenant)? {
    isCurrent(token) ? slots[Int(token.slot)].tenant : nil
  }

  /// `false` if it is posted already or has left.
  mutating func markPosted(_ token: EventToken) -> Bool {
    guard isCurrent(token), !slots[Int(token.slot)].isPosted else { return false }
    slots[Int(token.slot)].isPosted = true
    return true
  }

  mutating func clearPosted(_ token: EventToken) {
    if isCurrent(token) { slots[Int(token.slot)].isPosted = false }
  }

  private func isCurrent(_ token: EventToken) -> Bool {
    Int(token.slot) < slots.count && slots[Int(token.slot)].generation == token.generation
  }
}
