import Bytes
import Synchronization

/// The figures of one route on one worker. That worker alone calls `record`; any thread reads.
///
/// A recorder outlives snapshots: `RecorderRegistry` gives the same one for the same name, so a reload loses no count.
public final class RouteRecorder: Sendable {
  public let site: String
  public let route: String
  /// What the target's counters count against; `nil` for a route that promises nothing.
  public let target: LatencyTarget?

  let series: RouteSeries
  /// What each log line says of site and route.
  let members: Chunk
  private let verdicts = InlineArray<4, Atomic<UInt64>> { _ in Atomic(0) }

  init(site: String, route: String, target: LatencyTarget?, series: RouteSeries) {
    self.site = site
    self.route = route
    self.target = target
    self.series = series
    var names: [UInt8] = []
    names.append(",\"site\":\"")
    JSONText.append(site, limit: AccessLogLine.nameLimit, to: &names)
    names.append("\",\"route\":\"")
    JSONText.append(route, limit: AccessLogLine.nameLimit, to: &names)
    names.append("\"")
    members = Chunk(copying: names.span)
  }

  /// Counts an exchange that has ended. The worker's thread only; allocates nothing, waits for nobody.
  public func record(_ record: borrowing RequestRecord) {
    series.record(record)
    if let target { verdicts[Int(Verdict(record, against: target).rawValue)].increase(by: 1) }
  }

  /// Adds what was counted so far against this target. Any thread.
  func add(to figures: inout RouteFigures) {
    for index in verdicts.indices { figures.verdicts[index] &+= verdicts[index].value }
  }
}
