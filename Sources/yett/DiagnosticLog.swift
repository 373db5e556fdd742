import Control
import EventLoop
import Logging
import Telemetry
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
    var line: [UInt8] = []
    var stamp = TimestampWriter()
    stamp.append(WallTime.readClock(), to: &line)
    line += Array(" \(event.level) ".utf8)
    line += Self.harmless("\(event.message)")
    for (key, value) in metadata.merging(event.metadata ?? [:], uniquingKeysWith: { $1 }).sorted(by: { $0.key < $1.key }
    ) {
      line += Self.harmless(" \(key)=\(value)")
    }
    line.append(UInt8(ascii: "\n"))
    Terminal.write(line, to: .errors)
  }

  /// One line, whatever is in it: a name must not steer the terminal.
  private static func harmless(_ text: String) -> [UInt8] {
    text.utf8.map { $0 < 0x20 || $0 == 0x7F ? UInt8(ascii: " ") : $0 }
  }
}
