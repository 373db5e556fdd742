import Bytes

/// The request methods that Yett tells apart (RFC 9110 §9, RFC 5789). What it does not know is `other`, and goes on
/// under the name it came with.
public enum Method: UInt8, Sendable, Hashable {
  case get, head, post, put, delete, options, patch, connect, trace, other

  /// Case-sensitive, as RFC 9110 §9.1 has it: `get` is `other`.
  @inlinable public init(_ token: Span<UInt8>) {
    self = .other
    switch token.count {
    case 3: if token.equals("GET") { self = .get } else if token.equals("PUT") { self = .put }
    case 4: if token.equals("HEAD") { self = .head } else if token.equals("POST") { self = .post }
    case 5: if token.equals("PATCH") { self = .patch } else if token.equals("TRACE") { self = .trace }
    case 6: if token.equals("DELETE") { self = .delete }
    case 7: if token.equals("OPTIONS") { self = .options } else if token.equals("CONNECT") { self = .connect }
    default: break
    }
  }

  /// RFC 9110 §9.2.1. An unknown method is not.
  @inlinable public var isSafe: Bool {
    switch self {
    case .get, .head, .options, .trace: true
    case .post, .put, .delete, .patch, .connect, .other: false
    }
  }

  /// As it is sent; `other` for those that only the head can name.
  public var text: StaticString {
    switch self {
    case .get: "GET"
    case .head: "HEAD"
    case .post: "POST"
    case .put: "PUT"
    case .delete: "DELETE"
    case .options: "OPTIONS"
    case .patch: "PATCH"
    case .connect: "CONNECT"
    case .trace: "TRACE"
    case .other: "other"
    }
  }
}
