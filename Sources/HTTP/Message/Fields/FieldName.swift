import Bytes

/// The fields that Yett itself reads or writes. A parser names each field once; everyone else compares one octet.
public enum FieldName: UInt8, Sendable, Hashable, CaseIterable, BitwiseCopyable {
  case other
  case accept, acceptEncoding, acceptLanguage, age, authorization, cacheControl, cacheStatus, connection
  case contentEncoding, contentLength, contentRange, contentType, cookie, date, etag, expect, expires, forwarded, from
  case host, ifMatch, ifModifiedSince, ifNoneMatch, ifRange, ifUnmodifiedSince, keepAlive, lastModified, location
  case maxForwards, origin, pragma, priority, proxy, proxyAuthenticate, proxyAuthorization, proxyConnection, range
  case referer, server, setCookie, strictTransportSecurity, te, trailer, transferEncoding, upgrade, userAgent, vary, via
  case warning, xForwardedFor, xForwardedHost, xForwardedPort, xForwardedProto, xHTTPMethodOverride, xOriginalURL
  case xRequestID, xRewriteURL

  /// As it is sent in HTTP/2 and looked up in HTTP/1: lower-case. Empty for `other`.
  @inlinable public var text: StaticString {
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
    case .priority: "priority"
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
    self.init(token: name)
    // What is no token can look like one when only the bit of the case is left out.
    if self != .other, !name.equalsIgnoringCase(text) { self = .other }
  }

  /// The same of a name of `tchar` alone. Runs for every field of every head: the length leaves six names at most, and
  /// of these, which are constants in the code, the first words leave one.
  init(token name: Span<UInt8>) {
    // In parts: of one function with all names the compiler would not inline what compares them.
    self = name.count < 8 ? Self.short(name) : name.count < 14 ? Self.middling(name) : Self.long(name)
  }

  private static func short(_ name: Span<UInt8>) -> FieldName {
    switch name.count {
    case 2: name.named(.te) ?? .other
    case 3: name.named(.age) ?? name.named(.via) ?? .other
    case 4:
      name.named(.date) ?? name.named(.etag) ?? name.named(.from) ?? name.named(.host) ?? name.named(.vary) ?? .other
    case 5: name.named(.proxy) ?? name.named(.range) ?? .other
    case 6:
      name.named(.accept) ?? name.named(.cookie) ?? name.named(.expect) ?? name.named(.origin) ?? name.named(.pragma)
        ?? name.named(.server) ?? .other
    case 7:
      name.named(.expires) ?? name.named(.referer) ?? name.named(.trailer) ?? name.named(.upgrade)
        ?? name.named(.warning) ?? .other
    default: .other
    }
  }

  private static func middling(_ name: Span<UInt8>) -> FieldName {
    switch name.count {
    case 8: name.named(.ifMatch) ?? name.named(.ifRange) ?? name.named(.location) ?? name.named(.priority) ?? .other
    case 9: name.named(.forwarded) ?? .other
    case 10:
      name.named(.connection) ?? name.named(.keepAlive) ?? name.named(.setCookie) ?? name.named(.userAgent) ?? .other
    case 12:
      name.named(.cacheStatus) ?? name.named(.contentType) ?? name.named(.maxForwards) ?? name.named(.xRequestID)
        ?? .other
    case 13:
      name.named(.authorization) ?? name.named(.cacheControl) ?? name.named(.contentRange) ?? name.named(.ifNoneMatch)
        ?? name.named(.lastModified) ?? name.named(.xRewriteURL) ?? .other
    default: .other
    }
  }

  private static func long(_ name: Span<UInt8>) -> FieldName {
    switch name.count {
    case 14: name.named(.contentLength) ?? name.named(.xOriginalURL) ?? .other
    case 15: name.named(.acceptEncoding) ?? name.named(.acceptLanguage) ?? name.named(.xForwardedFor) ?? .other
    case 16:
      name.named(.contentEncoding) ?? name.named(.proxyConnection) ?? name.named(.xForwardedHost)
        ?? name.named(.xForwardedPort) ?? .other
    case 17: name.named(.ifModifiedSince) ?? name.named(.transferEncoding) ?? name.named(.xForwardedProto) ?? .other
    case 18: name.named(.proxyAuthenticate) ?? .other
    case 19: name.named(.ifUnmodifiedSince) ?? name.named(.proxyAuthorization) ?? .other
    case 22: name.named(.xHTTPMethodOverride) ?? .other
    case 25: name.named(.strictTransportSecurity) ?? .other
    default: .other
    }
  }
}

extension Span where Element == UInt8 {
  /// The field, where these octets, all `tchar`, are its name.
  @inline(__always) fileprivate func named(_ field: FieldName) -> FieldName? { tokenEquals(field.text) ? field : nil }
}
