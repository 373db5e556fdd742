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

  /// The well-known field of that name, whatever its case; `other` for the rest.
  public init(_ name: Span<UInt8>) {
    self = .other
    for candidate in Self.allCases where name.equalsIgnoringCase(candidate.text) { self = candidate }
  }
}
