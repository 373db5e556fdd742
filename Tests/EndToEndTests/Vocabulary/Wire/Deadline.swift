import Foundation

/// When a wait for an event is given up. Every wait of these tests has one, and none is a sleep.
struct Deadline {
  private let end: ContinuousClock.Instant

  /// Long enough for a loaded machine and a debug executable under a sanitizer: `YETT_PATIENCE` in seconds, or 20.
  static var patient: Deadline { Deadline(in: .seconds(patience)) }

  private static let patience = ProcessInfo.processInfo.environment["YETT_PATIENCE"].flatMap { Int($0) } ?? 20

  init(in duration: Duration) { end = .now + duration }

  /// What is left, as `poll` wants it: 0 or more.
  var milliseconds: Int32 {
    let left = ContinuousClock.now.duration(to: end).components
    return Int32(clamping: max(0, left.seconds * 1000 + left.attoseconds / 1_000_000_000_000_000))
  }

  var isOver: Bool { milliseconds == 0 }
}

/// What a peer did not do, in words; ends the test.
struct Unmet: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
