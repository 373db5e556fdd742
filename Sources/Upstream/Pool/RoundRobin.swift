/// Smooth weighted round robin (nginx's, of 2012): over any run of picks as long as the sum of weights each server has
/// its weight's share, and the picks of a heavy one are spread between those of others.
///
/// Each pick gives every candidate its weight as credit and takes the credit of all from the one that is richest.
public struct RoundRobin: ~Copyable {
  private let weights: [Int]
  private var credits: [Int]

  /// - Parameters:
  ///   - weights: 1 or more each; less counts as 1, more than 256 as 256. At most `ServerSet.limit` are used.
  ///   - offset: picks that are taken as done, so that workers do not all begin at the same server.
  public init(weights: [Int], offset: Int = 0) {
    self.weights = weights.prefix(ServerSet.limit).map { Swift.max(1, Swift.min($0, 256)) }
    credits = Array(repeating: 0, count: self.weights.count)
    var all = ServerSet()
    for index in self.weights.indices { all.insert(index) }
    // The order repeats after the sum of the weights.
    let round = self.weights.reduce(0, +)
    guard round > 0 else { return }
    for _ in 0..<(Swift.max(0, offset) % round) { _ = next(among: all) }
  }

  public var count: Int { weights.count }

  /// The next of the candidates; `nil` if there is none. Who is no candidate keeps its credit. Allocates nothing.
  public mutating func next(among candidates: ServerSet) -> Int? {
    var best: Int?
    var richest = Int.min
    var sum = 0
    for index in weights.indices where candidates.contains(index) {
      let weight = weights[index]
      sum += weight
      credits[index] += weight
      if credits[index] > richest {
        richest = credits[index]
        best = index
      }
    }
    if let best { credits[best] -= sum }
    return best
  }
}
