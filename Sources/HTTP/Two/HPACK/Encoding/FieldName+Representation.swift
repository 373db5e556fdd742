/// How answers write the fields that Yett knows (RFC 7541 §6).
extension FieldName {
  enum Representation {
    /// Repeats from answer to answer: the peer keeps it, and is sent an octet the next time.
    case indexed
    /// Differs from page to page: in the table it would only push out what repeats.
    case literal
    /// The same, and nobody on the way may keep it either (RFC 7541 §7.1.3).
    case neverIndexed
  }

  var representation: Representation {
    switch self {
    case .setCookie, .authorization, .proxyAuthorization, .cookie: .neverIndexed
    case .age, .cacheStatus, .contentLength, .contentRange, .date, .etag, .expires, .lastModified, .location,
      .xRequestID:
      .literal
    default: .indexed
    }
  }

  /// Where the static table has the name (RFC 7541 appendix A); 0 where it has not.
  @inlinable var staticIndex: UInt8 {
    switch self {
    case .acceptEncoding: 16
    case .acceptLanguage: 17
    case .accept: 19
    case .age: 21
    case .authorization: 23
    case .cacheControl: 24
    case .contentEncoding: 26
    case .contentLength: 28
    case .contentRange: 30
    case .contentType: 31
    case .cookie: 32
    case .date: 33
    case .etag: 34
    case .expect: 35
    case .expires: 36
    case .from: 37
    case .host: 38
    case .ifMatch: 39
    case .ifModifiedSince: 40
    case .ifNoneMatch: 41
    case .ifRange: 42
    case .ifUnmodifiedSince: 43
    case .lastModified: 44
    case .location: 46
    case .maxForwards: 47
    case .proxyAuthenticate: 48
    case .proxyAuthorization: 49
    case .range: 50
    case .referer: 51
    case .server: 54
    case .setCookie: 55
    case .strictTransportSecurity: 56
    case .transferEncoding: 57
    case .userAgent: 58
    case .vary: 59
    case .via: 60
    case .other, .cacheStatus, .connection, .forwarded, .keepAlive, .origin, .pragma, .priority, .proxy,
      .proxyConnection, .te, .trailer, .upgrade, .warning, .xForwardedFor, .xForwardedHost, .xForwardedPort,
      .xForwardedProto, .xHTTPMethodOverride, .xOriginalURL, .xRequestID, .xRewriteURL:
      0
    }
  }
}
