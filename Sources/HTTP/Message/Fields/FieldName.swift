import Bytes

/// The fields that Yett itself reads or writes. A parser names each field once; everyone else compares one octet.
public enum FieldName: UInt8, Sendable, Hashable, CaseIterable {
  case other
  case accept, acceptEncoding, acceptLanguage, age, authorization, cacheControl, cacheStatus, connection
  case contentEncoding, contentLength, contentRange, contentType, cookie, date, etag, expect, expires, forwarded, from
  case host, ifMatch, ifModifiedSince, ifNoneMatch, ifRange, ifUnmodifiedSince, keepAlive, lastModified, location
  case maxForwards, origin, pragma, proxy, proxyAuthenticate, proxyAuthorization, proxyConnection, range, referer
  case server, setCookie, strictTransportSecurity, te, trailer, transferEncoding, upgrade, userAgent, vary, via
  case warning, xForwardedFor, xForwardedHost, xForwardedPort, xForwardedProto, xHTTPMethodOverride, xOriginalURL
  case xRequestID, xRewriteURL

  /// As it is sent in HTTP/2 and looked up in HTTP/1: lower-case. Empty for `other`.
  public var text: StaticString {
    switch self {
    case .other: ""
    case .accept: "accept"
    case .acceptEncoding: "accept-encoding"
    case .acceptLanguage: "accept-language"
    case .age: "age"
    case .authorization: "authorization"
    case .cacheControl: "cache-control"
    case .cacheStatus: "cache-status"
    case .connection: "connection"
    case .contentEncoding: "content-encoding"
    case .contentLength: "content-length"
    case .contentRange: "content-range"
    case .contentType: "content-type"
    case .cookie: "cookie"
    case .date: "date"
    case .etag: "etag"
    case .expect: "expect"
    case .expires: "expires"
    case .forwarded: "forwarded"
    case .from: "from"
    case .host: "host"
    case .ifMatch: "if-match"
    case .ifModifiedSince: "if-modified-since"
    case .ifNoneMatch: "if-none-match"
    case .ifRange: "if-range"
    case .ifUnmodifiedSince: "if-unmodified-since"
    case .keepAlive: "keep-alive"
    case .lastModified: "last-modified"
    case .location: "location"
    case .maxForwards: "max-forwards"
    case .origin: "origin"
    case .pragma: "pragma"
    case .proxy: "proxy"
    case .proxyAuthenticate: "proxy-authenticate"
    case .proxyAuthorization: "proxy-authorization"
    case .proxyConnection: "proxy-connection"
    case .range: "range"
    case .referer: "referer"
    case .server: "server"
    case .setCookie: "set-cookie"
    case .strictTransportSecurity: "strict-transport-security"
    case .te: "te"
    case .trailer: "trailer"
    case .transferEncoding: "transfer-encoding"
    case .upgrade: "upgrade"
    case .userAgent: "user-agent"
    case .vary: "vary"
    case .via: "via"
    case .warning: "warning"
    case .xForwardedFor: "x-forwarded-for"
    case .xForwardedHost: "x-forwarded-host"
    case .xForwardedPort: "x-forwarded-port"
    case .xForwardedProto: "x-forwarded-proto"
    case .xHTTPMethodOverride: "x-http-method-override"
    case .xOriginalURL: "x-original-url"
    case .xRequestID: "x-request-id"
    case .xRewriteURL: "x-rewrite-url"
    }
  }

  /// The well-known field of that name, whatever its case; `other` for the rest. Runs for every field of every head:
  /// length and first letter leave one candidate or two, which are compared eight octets at a time.
  public init(_ name: Span<UInt8>) {
    let (first, second) = name.isEmpty ? (.other, .other) : Self.candidates(name.count, name[0].lowercased)
    if first != .other, name.equalsIgnoringCase(first.text) {
      self = first
    } else if second != .other, name.equalsIgnoringCase(second.text) {
      self = second
    } else {
      self = .other
    }
  }

  /// Names of that length that begin with that letter; `other` stands for none.
  private static func candidates(_ length: Int, _ letter: UInt8) -> (FieldName, FieldName) {
    switch (length, UnicodeScalar(letter)) {
    case (2, "t"): (.te, .other)
    case (3, "a"): (.age, .other)
    case (3, "v"): (.via, .other)
    case (4, "d"): (.date, .other)
    case (4, "e"): (.etag, .other)
    case (4, "f"): (.from, .other)
    case (4, "h"): (.host, .other)
    case (4, "v"): (.vary, .other)
    case (5, "p"): (.proxy, .other)
    case (5, "r"): (.range, .other)
    case (6, "a"): (.accept, .other)
    case (6, "c"): (.cookie, .other)
    case (6, "e"): (.expect, .other)
    case (6, "o"): (.origin, .other)
    case (6, "p"): (.pragma, .other)
    case (6, "s"): (.server, .other)
    case (7, "e"): (.expires, .other)
    case (7, "r"): (.referer, .other)
    case (7, "t"): (.trailer, .other)
    case (7, "u"): (.upgrade, .other)
    case (7, "w"): (.warning, .other)
    case (8, "i"): (.ifMatch, .ifRange)
    case (8, "l"): (.location, .other)
    case (9, "f"): (.forwarded, .other)
    case (10, "c"): (.connection, .other)
    case (10, "k"): (.keepAlive, .other)
    case (10, "s"): (.setCookie, .other)
    case (10, "u"): (.userAgent, .other)
    case (12, "c"): (.cacheStatus, .contentType)
    case (12, "m"): (.maxForwards, .other)
    case (12, "x"): (.xRequestID, .other)
    case (13, "a"): (.authorization, .other)
    case (13, "c"): (.cacheControl, .contentRange)
    case (13, "i"): (.ifNoneMatch, .other)
    case (13, "l"): (.lastModified, .other)
    case (13, "x"): (.xRewriteURL, .other)
    case (14, "c"): (.contentLength, .other)
    case (14, "x"): (.xOriginalURL, .other)
    case (15, "a"): (.acceptEncoding, .acceptLanguage)
    case (15, "x"): (.xForwardedFor, .other)
    case (16, "c"): (.contentEncoding, .other)
    case (16, "p"): (.proxyConnection, .other)
    case (16, "x"): (.xForwardedHost, .xForwardedPort)
    case (17, "i"): (.ifModifiedSince, .other)
    case (17, "t"): (.transferEncoding, .other)
    case (17, "x"): (.xForwardedProto, .other)
    case (18, "p"): (.proxyAuthenticate, .other)
    case (19, "i"): (.ifUnmodifiedSince, .other)
    case (19, "p"): (.proxyAuthorization, .other)
    case (22, "x"): (.xHTTPMethodOverride, .other)
    case (25, "s"): (.strictTransportSecurity, .other)
    default: (.other, .other)
    }
  }
}
