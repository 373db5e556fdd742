import Bytes
import HTTP

/// What an origin is told of a request: the client's end-to-end fields without those that could deceive it, and what
/// Yett says of the client itself. Pure.
enum ForwardedFields {
  /// Fills `fields` anew.
  ///
  /// - Parameter conditions: whether the client's `If-…` and `Range` go along; a fill of the cache asks without them.
  static func write(
    _ head: borrowing RequestHead, _ octets: Span<UInt8>, of facts: ConnectionFacts,
    _ target: borrowing Target, requestID: borrowing RequestID, maxForwards: UInt64?, conditions: Bool,
    into fields: inout FieldBlock
  ) throws(FieldError) {
    fields.removeAll()
    let mayHaveUnderscores = head.fields.mayHaveUnderscores
    let dropped = conditions ? Self.deceiving : Self.deceiving.union(Self.conditional)
    try fields.append(head.fields, of: octets) { slot in
      !dropped.contains(slot.known) && !head.isHopByHop(slot, octets: octets)
        && !(slot.known == .other && octets[clamped: slot.name].speaksForProxy)
        // An origin that maps names to variables (CGI, RFC 3875 §4.1.18) would read `x_y` as `x-y`.
        && !(mayHaveUnderscores && octets[clamped: slot.name].firstIndex(of: UInt8(ascii: "_")) != nil)
    }
    if let maxForwards {
      try fields.append(own: "Max-Forwards", upTo: 20, known: .maxForwards) { $0.append(decimal: maxForwards) }
    }
    switch head.version {
    case .http10: try fields.append("Via", "1.0 yett", known: .via)
    case .http11: try fields.append("Via", "1.1 yett", known: .via)
    case .http2: try fields.append("Via", "2 yett", known: .via)
    }
    try fields.append(facts.forwarded.fields)
    try fields.append(own: "X-Forwarded-Host", target.authority, known: .xForwardedHost)
    try fields.append(own: "Forwarded", upTo: facts.forwarded.octets(with: target.authority), known: .forwarded) {
      facts.forwarded.write(host: target.authority, to: &$0)
    }
    try fields.append(own: "X-Request-ID", requestID.digits.span, known: .xRequestID)
  }

  /// What could deceive an origin, what Yett says itself, and what ends here.
  private static let deceiving: FieldNames = [
    .host, .contentLength, .transferEncoding, .expect, .maxForwards, .xRequestID,
    .forwarded, .xForwardedFor, .xForwardedHost, .xForwardedPort, .xForwardedProto,
    .xOriginalURL, .xRewriteURL, .xHTTPMethodOverride, .proxy,
  ]

  private static let conditional: FieldNames = [
    .ifMatch, .ifModifiedSince, .ifNoneMatch, .ifRange, .ifUnmodifiedSince, .range,
  ]
}

extension Span where Element == UInt8 {
  /// Whether a field of that name says how the client came here, which some frameworks believe: a redirect that is made
  /// of it would be stored for everybody.
  fileprivate var speaksForProxy: Bool {
    guard count >= 6, self[0] | 0x20 == UInt8(ascii: "x"), self[1] == UInt8(ascii: "-") else { return false }
    if count > 12, extracting(0..<12).equalsIgnoringCase("x-forwarded-") { return true }
    return equalsIgnoringCase("x-host") || equalsIgnoringCase("x-http-method") || equalsIgnoringCase("x-real-ip")
  }
}
