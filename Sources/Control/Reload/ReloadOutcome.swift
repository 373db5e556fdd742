import Configuration
import Telemetry

/// What became of a reload, for whoever asked for it.
enum ReloadOutcome: Equatable, Sendable {
  /// Every worker has taken the snapshot.
  ///
  /// - notices: what of the configuration takes effect only with a restart, and the like.
  case taken(snapshot: Int, notices: [String])
  /// The one before goes on.
  case refused(ConfigurationError, snapshot: Int)
  /// It was not tried: too many wait, or Yett is about to end.
  case turnedAway(String)

  /// Of the answer over HTTP.
  var status: UInt16 {
    switch self {
    case .taken: 200
    case .refused: 422
    case .turnedAway: 503
    }
  }

  /// For people and the log, a line each.
  var lines: [String] {
    switch self {
    case .taken(let snapshot, let notices): ["reloaded snapshot=\(snapshot)"] + notices
    case .refused(let error, let snapshot):
      ["reload refused, snapshot \(snapshot) stays"] + error.diagnostics.map(\.description)
        + (error.isCut ? ["and more of the kind"] : [])
    case .turnedAway(let why): ["reload refused: \(why)"]
    }
  }

  func answer(asText: Bool) -> AdminAnswer {
    guard asText else { return .json(json, status: status) }
    return .text(lines.map { $0 + "\n" }.joined(), status: status)
  }

  /// One JSON object and a line feed.
  var json: [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    switch self {
    case .taken(let snapshot, let notices):
      writer.put("reloaded", true)
      writer.put("snapshot", UInt64(clamping: snapshot))
      writer.beginArray("notices")
      for notice in notices { writer.put(nil, notice) }
      writer.endArray()
    case .refused(let error, let snapshot):
      writer.put("reloaded", false)
      writer.put("snapshot", UInt64(clamping: snapshot))
      writer.put(error)
    case .turnedAway(let why):
      writer.put("reloaded", false)
      writer.put("reason", why)
    }
    writer.endObject()
    return writer.octets + [UInt8(ascii: "\n")]
  }
}

extension JSONWriter {
  /// As the members `diagnostics` and `more_diagnostics` of the object that is open.
  public mutating func put(_ error: ConfigurationError) {
    put("diagnostics", error.diagnostics)
    put("more_diagnostics", error.isCut)
  }

  /// As an array of objects.
  mutating func put(_ key: StaticString, _ diagnostics: [Diagnostic]) {
    beginArray(key)
    for diagnostic in diagnostics {
      beginObject()
      put("file", diagnostic.file)
      put("line", UInt64(clamping: diagnostic.line))
      put("column", UInt64(clamping: diagnostic.column))
      put("message", diagnostic.message)
      put("suggestion", diagnostic.suggestion)
      endObject()
    }
    endArray()
  }
}
