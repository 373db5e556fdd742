/// What was counted of one route in one window, kept small: an idle route keeps nothing at all, a
/// busy one the buckets that it filled.
struct RouteDelta: Sendable {
  let epoch: UInt64
  let targetEpoch: UInt64
  let firstByte: SparseHistogram
  let total: SparseHistogram
  let octetsIn: UInt64
  let octetsOut: UInt64
  let requests: [UInt64]
  let endings: [UInt64]
  let verdicts: [UInt64]

  init(_ figures: RouteFigures) {
    (epoch, targetEpoch) = (figures.epoch, figures.targetEpoch)
    firstByte = SparseHistogram(figures.firstByte)
    total = SparseHistogram(figures.total)
    (octetsIn, octetsOut) = (figures.octetsIn, figures.octetsOut)
    (requests, endings, verdicts) = (figures.requests, figures.endings, figures.verdicts)
  }
}

extension RouteFigures {
  /// What came since `earlier`: everything, where the counts began anew in between.
  func since(_ earlier: RouteFigures?) -> RouteFigures {
    guard let earlier, earlier.epoch == epoch else { return self }
    var delta = self
    delta.firstByte = firstByte - earlier.firstByte
    delta.total = total - earlier.total
    delta.octetsIn &-= min(earlier.octetsIn, octetsIn)
    delta.octetsOut &-= min(earlier.octetsOut, octetsOut)
    for index in requests.indices { delta.requests[index] &-= min(earlier.requests[index], requests[index]) }
    for index in endings.indices { delta.endings[index] &-= min(earlier.endings[index], endings[index]) }
    guard earlier.targetEpoch == targetEpoch else { return delta }
    for index in verdicts.indices { delta.verdicts[index] &-= min(earlier.verdicts[index], verdicts[index]) }
    return delta
  }

  /// Adds what was kept of a window; nothing of a time before the counts began anew, no verdict on another target.
  mutating func add(_ delta: RouteDelta) {
    guard delta.epoch == epoch else { return }
    firstByte.add(delta.firstByte)
    total.add(delta.total)
    octetsIn &+= delta.octetsIn
    octetsOut &+= delta.octetsOut
    for index in requests.indices { requests[index] &+= delta.requests[index] }
    for index in endings.indices { endings[index] &+= delta.endings[index] }
    guard delta.targetEpoch == targetEpoch else { return }
    for index in verdicts.indices { verdicts[index] &+= delta.verdicts[index] }
  }

  /// The same route without its counts.
  var emptied: RouteFigures { RouteFigures(name: name, target: target, epoch: epoch, targetEpoch: targetEpoch) }
}
