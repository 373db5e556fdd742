import HTTP
import Telemetry

/// What the administration answers.
struct AdminAnswer: Equatable {
  var status: UInt16 = 200
  var contentType: MediaType = .json
  var body: [UInt8] = []
  /// Of a 405.
  var allow: Method?

  enum MediaType: Equatable {
    case json, text, metrics

    var value: StaticString {
      switch self {
      case .json: "application/json"
      case .text: "text/plain; charset=utf-8"
      case .metrics: MetricsPage.mediaType
      }
    }
  }

  static func text(_ text: String, status: UInt16 = 200) -> AdminAnswer {
    AdminAnswer(status: status, contentType: .text, body: Array(text.utf8))
  }

  static func json(_ body: [UInt8], status: UInt16 = 200) -> AdminAnswer {
    AdminAnswer(status: status, contentType: .json, body: body)
  }

  /// To who comes when as many as may be are served.
  static let busy = error(503, AdminClientError.busy.description)

  /// Why not, as `{"error": …}`.
  static func error(_ status: UInt16, _ why: String) -> AdminAnswer {
    var writer = JSONWriter()
    writer.beginObject()
    writer.put("error", why)
    writer.endObject()
    return .json(writer.octets + [UInt8(ascii: "\n")], status: status)
  }
}
