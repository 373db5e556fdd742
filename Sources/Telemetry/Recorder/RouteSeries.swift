import Synchronization
import Time

/// What is counted of a route whatever its target: carried over when the target changes. One writer, any reader.
final class RouteSeries: Sendable {
  /// Of every exchange whose answer's head was sent.
  let firstByte = LatencyHistogram()
  /// Of every exchange whose answer was sent whole.
  let total = LatencyHistogram()
  /// By status class (`StatusClass`) and within it by cache result.
  private let requests = InlineArray<30, Atomic<UInt64>> { _ in Atomic(0) }
  private let endings = InlineArray<6, Atomic<UInt64>> { _ in Atomic(0) }
  private let octetsIn = Atomic<UInt64>(0)
  private let octetsOut = Atomic<UInt64>(0)

  /// The writer's thread only.
  func record(_ record: borrowing RequestRecord) {
    if let span = record.firstByte { firstByte.record(span) }
    if record.ending == .answered, let span = record.total { total.record(span) }
    let status = StatusClass(record.status)
    requests[RouteFigures.index(status, record.cache)].increase(by: 1)
    endings[Int(record.ending.rawValue)].increase(by: 1)
    octetsIn.increase(by: record.octetsIn)
    octetsOut.increase(by: record.octetsOut)
  }

  /// Adds what was counted so far. Any thread.
  func add(to figures: inout RouteFigures) {
    figures.firstByte.add(firstByte)
    figures.total.add(total)
    for index in requests.indices { figures.requests[index] &+= requests[index].value }
    for index in endings.indices { figures.endings[index] &+= endings[index].value }
    figures.octetsIn &+= octetsIn.value
    figures.octetsOut &+= octetsOut.value
  }
}
