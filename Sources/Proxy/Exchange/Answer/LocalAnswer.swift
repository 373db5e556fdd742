import Bytes
import HTTP

/// An answer that Yett gives by itself: its content and what says so.
struct LocalAnswer {
  var status: UInt16
  var contentType = Array("text/html; charset=utf-8".utf8)
  var body: [UInt8] = []

  /// A small page (or JSON, if the client asks for it) with the request's ID and nothing else of the request.
  static func error(_ status: UInt16, requestID: borrowing RequestID, asJSON: Bool) -> LocalAnswer {
    let phrase = ReasonPhrase.text(of: status)
    var body: [UInt8] = []
    if asJSON {
      body.append("{\"status\":")
      body.append(decimal: UInt64(status))
      body.append(",\"title\":\"")
      body.append(phrase)
      body.append("\",\"request_id\":\"")
      body.append(requestID.digits.span)
      body.append("\"}\n")
      return LocalAnswer(status: status, contentType: Array("application/json".utf8), body: body)
    }
    body.append("<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>")
    body.append(decimal: UInt64(status))
    body.append(" ")
    body.append(phrase)
    body.append("</title>\n<h1>")
    body.append(phrase)
    body.append("</h1>\n<p>")
    body.append(words(for: status))
    body.append("</p>\n<p><small>Request ")
    body.append(requestID.digits.span)
    body.append("</small></p></html>\n")
    return LocalAnswer(status: status, body: body)
  }

  /// What a member of the public can do about it.
  private static func words(for status: UInt16) -> StaticString {
    switch status {
    case 404: "There is no such page here."
    case 408: "Your request took too long to arrive. Please try again."
    case 413: "What you sent is larger than this service accepts."
    case 421: "This address does not serve that site."
    case 429: "There were too many requests. Please wait a moment, then try again."
    case 502, 503, 504: "The service could not answer just now. Please try again in a moment."
    case 400..<500: "The request could not be understood."
    default: "Something went wrong. Please try again in a moment."
    }
  }
}

extension Span where Element == UInt8 {
  /// Whether an `Accept` value asks for JSON, roughly: who wants a page does not name it.
  var mentionsJSON: Bool {
    // Asked for every request: browsers name nothing with a `j`.
    guard firstIndex(ofLetter: UInt8(ascii: "j")) != nil else { return false }
    var position = 0
    while let slash = firstIndex(of: .slash, from: position) {
      let end = firstNonToken(from: slash + 1)
      let type = extracting(slash + 1..<end)
      if type.equalsIgnoringCase("json") || type.equalsIgnoringCase("problem+json") { return true }
      position = end
    }
    return false
  }
}
