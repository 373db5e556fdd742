import EventLoop
import TLS

/// The connections of one worker that wait for a next request, by address and TLS. They outlive reloads.
final class IdleConnections {
  private var stacks: [ConnectionKey: IdleStack] = [:]

  /// Where connections to an address wait. To be kept by who asks, until its address is another one.
  ///
  /// - Parameter server: whom they speak TLS with; `nil` for cleartext.
  func stack(of address: Address, _ server: KnownServer?) -> IdleStack {
    let key = ConnectionKey(address: address, tls: server?.tls)
    if let known = stacks[key] { return known }
    forgetUnused()
    let stack = IdleStack(address, server)
    stacks[key] = stack
    return stack
  }

  /// Closes what no pool would keep.
  ///
  /// - Parameter limits: the most that any pool keeps of each kind; others are no pool's any more.
  func keep(_ limits: [ConnectionKey: Int], in loop: EventLoop) {
    for (key, stack) in stacks {
      if let limit = limits[key] {
        stack.shrink(to: limit, in: loop)
      } else {
        stack.retire(in: loop)
        stacks[key] = nil
      }
    }
  }

  /// A name may have had another address every minute for a year: what no server is at, and no connection goes to, is
  /// held by this table alone.
  private func forgetUnused() {
    var index = stacks.startIndex
    var unused: [ConnectionKey] = []
    while index != stacks.endIndex {
      if isKnownUniquelyReferenced(&stacks.values[index]) { unused.append(stacks.keys[index]) }
      stacks.formIndex(after: &index)
    }
    for key in unused { stacks[key] = nil }
  }
}
