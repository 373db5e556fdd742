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

  func record(_ record: borrowing RequestRecord) {
    if let span = record.firstByte { firstByte.record(span) }
    if record.ending == .answered, let span = record.total { total.record(span) }
    let status = StatusClass(record.status)
    requests[Int(status.rawValue) * 5 + Int(record.cache.rawValue)].increase(by: 1)
    endings[Int(record.ending.rawValue)].increase(by: 1)
    octetsIn.increase(by: record.octetsIn)
    octetsOut.increase(by: record.octetsOut)
  }
}

/// The hundred of a status.
public enum StatusClass: UInt8, Sendable, CaseIterable {
  /// No answer was made: the client was gone before.
  case none
  case informational, successful, redirection, clientError, serverError

  /// What is no status is `none`.
  public init(_ status: UInt16) {
    self = StatusClass(rawValue: UInt8(truncatingIfNeeded: min(status / 100, 6))) ?? .none
  }

  /// `2xx` and so on; `none`.
  public var label: StaticString {
    switch self {
    case .none: "none"
    case .informational: "1xx"
    case .successful: "2xx"
    case .redirection: "3xx"
    case .clientError: "4xx"
    case .serverError: "5xx"
    }
  }
}
