import EventLoop

/// The connections of one worker that wait for a next request, by address. They outlive reloads.
final class IdleConnections {
  private var stacks: [Address: IdleStack] = [:]

  /// Where connections to an address wait. To be kept by who asks, until its address is another one.
  func stack(of address: Address) -> IdleStack {
    if let known = stacks[address] { return known }
    forgetUnused()
    let stack = IdleStack(address)
    stacks[address] = stack
    return stack
  }

  /// Closes what no pool would keep.
  ///
  /// - Parameter limits: the most that any pool keeps of each address; others are no pool's any more.
  func keep(_ limits: [Address: Int], in loop: EventLoop) {
    for (address, stack) in stacks {
      if let limit = limits[address] {
        stack.shrink(to: limit, in: loop)
      } else {
        stack.retire(in: loop)
        stacks[address] = nil
      }
    }
  }

  /// A name may have had another address every minute for a year: what no server is at, and no connection goes to, is
  /// held by this table alone.
  private func forgetUnused() {
    var index = stacks.startIndex
    var unused: [Address] = []
    while index != stacks.endIndex {
      if isKnownUniquelyReferenced(&stacks.values[index]) { unused.append(stacks.keys[index]) }
      stacks.formIndex(after: &index)
    }
    for address in unused { stacks[address] = nil }
  }
}
