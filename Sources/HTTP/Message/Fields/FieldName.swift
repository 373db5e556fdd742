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
  /// the length leaves few candidates, which differ early or are compared eight octets at a time.
  public init(_ name: Span<UInt8>) {
    self = .other
    switch name.count {
    case 2:
      if name.equalsIgnoringCase("te") { self = .te }
    case 3:
      if name.equalsIgnoringCase("age") {
        self = .age
      } else if name.equalsIgnoringCase("via") {
        self = .via
      }
    case 4:
      if name.equalsIgnoringCase("date") {
        self = .date
      } else if name.equalsIgnoringCase("etag") {
        self = .etag
      } else if name.equalsIgnoringCase("from") {
        self = .from
      } else if name.equalsIgnoringCase("host") {
        self = .host
      } else if name.equalsIgnoringCase("vary") {
        self = .vary
      }
    case 5:
      if name.equalsIgnoringCase("proxy") {
        self = .proxy
      } else if name.equalsIgnoringCase("range") {
        self = .range
      }
    case 6:
      if name.equalsIgnoringCase("accept") {
        self = .accept
      } else if name.equalsIgnoringCase("cookie") {
        self = .cookie
      } else if name.equalsIgnoringCase("expect") {
        self = .expect
      } else if name.equalsIgnoringCase("origin") {
        self = .origin
      } else if name.equalsIgnoringCase("pragma") {
        self = .pragma
      } else if name.equalsIgnoringCase("server") {
        self = .server
      }
    case 7:
      if name.equalsIgnoringCase("expires") {
        self = .expires
      } else if name.equalsIgnoringCase("referer") {
        self = .referer
      } else if name.equalsIgnoringCase("trailer") {
        self = .trailer
      } else if name.equalsIgnoringCase("upgrade") {
        self = .upgrade
      } else if name.equalsIgnoringCase("warning") {
        self = .warning
      }
    case 8:
      if name.equalsIgnoringCase("if-match") {
        self = .ifMatch
      } else if name.equalsIgnoringCase("if-range") {
        self = .ifRange
      } else if name.equalsIgnoringCase("location") {
        self = .location
      }
    case 9:
      if name.equalsIgnoringCase("forwarded") { self = .forwarded }
    case 10:
      if name.equalsIgnoringCase("connection") {
        self = .connection
      } else if name.equalsIgnoringCase("keep-alive") {
        self = .keepAlive
      } else if name.equalsIgnoringCase("set-cookie") {
        self = .setCookie
      } else if name.equalsIgnoringCase("user-agent") {
        self = .userAgent
      }
    case 12:
      if name.equalsIgnoringCase("cache-status") {
        self = .cacheStatus
      } else if name.equalsIgnoringCase("content-type") {
        self = .contentType
      } else if name.equalsIgnoringCase("max-forwards") {
        self = .maxForwards
      } else if name.equalsIgnoringCase("x-request-id") {
        self = .xRequestID
      }
    case 13:
      if name.equalsIgnoringCase("authorization") {
        self = .authorization
      } else if name.equalsIgnoringCase("cache-control") {
        self = .cacheControl
      } else if name.equalsIgnoringCase("content-range") {
        self = .contentRange
      } else if name.equalsIgnoringCase("if-none-match") {
        self = .ifNoneMatch
      } else if name.equalsIgnoringCase("last-modified") {
        self = .lastModified
      } else if name.equalsIgnoringCase("x-rewrite-url") {
        self = .xRewriteURL
      }
    case 14:
      if name.equalsIgnoringCase("content-length") {
        self = .contentLength
      } else if name.equalsIgnoringCase("x-original-url") {
        self = .xOriginalURL
      }
    case 15:
      if name.equalsIgnoringCase("accept-encoding") {
        self = .acceptEncoding
      } else if name.equalsIgnoringCase("accept-language") {
        self = .acceptLanguage
      } else if name.equalsIgnoringCase("x-forwarded-for") {
        self = .xForwardedFor
      }
    case 16:
      if name.equalsIgnoringCase("content-encoding") {
        self = .contentEncoding
      } else if name.equalsIgnoringCase("proxy-connection") {
        self = .proxyConnection
      } else if name.equalsIgnoringCase("x-forwarded-host") {
        self = .xForwardedHost
      } else if name.equalsIgnoringCase("x-forwarded-port") {
        self = .xForwardedPort
      }
    case 17:
      if name.equalsIgnoringCase("if-modified-since") {
        self = .ifModifiedSince
      } else if name.equalsIgnoringCase("transfer-encoding") {
        self = .transferEncoding
      } else if name.equalsIgnoringCase("x-forwarded-proto") {
        self = .xForwardedProto
      }
    case 18:
      if name.equalsIgnoringCase("proxy-authenticate") { self = .proxyAuthenticate }
    case 19:
      if name.equalsIgnoringCase("if-unmodified-since") {
        self = .ifUnmodifiedSince
      } else if name.equalsIgnoringCase("proxy-authorization") {
        self = .proxyAuthorization
      }
    case 22:
      if name.equalsIgnoringCase("x-http-method-override") { self = .xHTTPMethodOverride }
    case 25:
      if name.equalsIgnoringCase("strict-transport-security") { self = .strictTransportSecurity }
    default: break
    }
  }
}
