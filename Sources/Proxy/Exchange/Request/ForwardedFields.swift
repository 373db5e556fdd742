import Bytes
import HTTP

/// What an origin is told of a request: the client's end-to-end fields without those that could deceive it, and what
/// Yett says of the client itself. Pure.
enum ForwardedFields {
  /// Fills `fields` anew.
  ///
  /// - Parameters:
  ///   - conditions: whether the client's `If-…` and `Range` go along; a fill of the cache asks without them.
  ///   - text: room that is kept.
  static func write(
    _ head: borrowing RequestHead, _ octets: Span<UInt8>, of facts: ConnectionFacts,
    _ target: borrowing Target, requestID: borrowing RequestID, maxForwards: UInt64?, conditions: Bool,
    text: inout OctetBuffer, into fields: inout FieldBlock
  ) throws(FieldError) {
    fields.removeAll()
    try fields.append(head.fields, of: octets) { slot in
      // An origin that maps names to variables (CGI, RFC 3875 §4.1.18) would read `x_y` as `x-y`. No well-known name
      // has an underscore.
      goesOn(slot.known, conditions: conditions) && !head.isHopByHop(slot, octets: octets)
        && (slot.known != .other || octets[clamped: slot.name].firstIndex(of: UInt8(ascii: "_")) == nil)
    }
    if let maxForwards {
      var text: [UInt8] = []
      text.append(decimal: maxForwards)
      try fields.append(own: "Max-Forwards", text.span, known: .maxForwards)
    }
    let version: StaticString = head.version == .http10 ? "1.0 yett" : "1.1 yett"
    try fields.append("Via", version, known: .via)
    try fields.append(facts.forwarded.fields)
    try fields.append(own: "X-Forwarded-Host", target.authority, known: .xForwardedHost)
    text.removeAll()
    facts.forwarded.write(host: target.authority, to: &text)
    try fields.append(own: "Forwarded", text.span, known: .forwarded)
    try fields.append(own: "X-Request-ID", requestID.digits.span, known: .xRequestID)
  }

  private static func goesOn(_ name: FieldName, conditions: Bool) -> Bool {
    switch name {
    case .host, .contentLength, .transferEncoding, .expect, .maxForwards, .xRequestID: false
    case .forwarded, .xForwardedFor, .xForwardedHost, .xForwardedPort, .xForwardedProto: false
    case .xOriginalURL, .xRewriteURL, .xHTTPMethodOverride, .proxy: false
    case .ifMatch, .ifModifiedSince, .ifNoneMatch, .ifRange, .ifUnmodifiedSince, .range: conditions
    default: true
    }
  }
}
