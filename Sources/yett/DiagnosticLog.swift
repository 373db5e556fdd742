import Control
import EventLoop
import Logging
import Time

/// The diagnostics log: one line each on standard error, `2026-11-23T22:10:01.123Z info ready listener=http`.
struct DiagnosticLog: LogHandler {
  var logLevel: Logger.Level
  var metadata: Logger.Metadata = [:]

  init(level: Logger.Level) { logLevel = level }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    var line = Array("\(Self.stamp(WallTime.readClock())) \(event.level) ".utf8)
    line += Self.harmless("\(event.message)")
    for (key, value) in metadata.merging(event.metadata ?? [:], uniquingKeysWith: { $1 }).sorted(by: { $0.key < $1.key }
    ) {
      line += Self.harmless(" \(key)=\(value)")
    }
    line.append(UInt8(ascii: "\n"))
    Terminal.write(line, to: .errors)
  }

  /// As RFC 3339 §5.6 in UTC with milliseconds.
  private static func stamp(_ time: WallTime) -> String {
    let date = CivilDate(time)
    func digits(_ number: Int, _ count: Int) -> String {
      let text = "\(number)"
      return String(repeating: "0", count: max(0, count - text.count)) + text
    }
    let milliseconds = Int((time - WallTime(seconds: time.seconds)).milliseconds)
    return "\(digits(date.year, 4))-\(digits(date.month, 2))-\(digits(date.day, 2))T"
      + "\(digits(date.hour, 2)):\(digits(date.minute, 2)):\(digits(date.second, 2)).\(digits(milliseconds, 3))Z"
  }

  /// One line, whatever is in it: a name must not steer the terminal.
  private static func harmless(_ text: String) -> [UInt8] {
    text.utf8.map { $0 < 0x20 || $0 == 0x7F ? UInt8(ascii: " ") : $0 }
  }
}
