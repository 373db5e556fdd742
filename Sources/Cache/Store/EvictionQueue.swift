/// SIEVE (Zhang, Yang, Yue, Vigfusson and Rashmi, NSDI'24): a queue in order of arrival and a hand that goes from the
/// oldest to the newest. What was asked for since the hand last passed stays where it is; the first that was not goes.
/// A hit sets one bit, so that look-ups change no order.
struct EvictionQueue: ~Copyable {
  private var newest = NodeTable.none
  private var oldest = NodeTable.none
  private var hand = NodeTable.none

  var isEmpty: Bool { oldest == NodeTable.none }

  mutating func add(_ index: UInt32, in nodes: inout NodeTable) {
    nodes[index].isVisited = false
    nodes[index].newer = NodeTable.none
    nodes[index].older = newest
    if newest == NodeTable.none { oldest = index } else { nodes[newest].newer = index }
    newest = index
  }

  mutating func remove(_ index: UInt32, in nodes: inout NodeTable) {
    let (newer, older) = (nodes[index].newer, nodes[index].older)
    if newer == NodeTable.none { newest = older } else { nodes[newer].older = older }
    if older == NodeTable.none { oldest = newer } else { nodes[older].newer = newer }
    if hand == index { hand = newer }
    nodes[index].newer = NodeTable.none
    nodes[index].older = NodeTable.none
  }

  /// The next to go, still in the queue.
  ///
  /// - Parameter steps: how many may be looked at; fewer are left after the call. A lock is not held for a walk past
  ///   everything.
  /// - Returns: `nil` where the queue is empty or the steps are used up.
  mutating func victim(in nodes: inout NodeTable, steps: inout Int) -> UInt32? {
    guard oldest != NodeTable.none else { return nil }
    while steps > 0 {
      steps -= 1
      if hand == NodeTable.none { hand = oldest }
      guard nodes[hand].isVisited else { return hand }
      nodes[hand].isVisited = false
      hand = nodes[hand].newer
    }
    return nil
  }
}
