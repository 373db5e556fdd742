import Configuration
import HTTP

/// What one of several routes of the same path claims.
struct MethodClaim {
  /// Its index among all routes.
  let route: Int32
  /// `nil`: what the others leave.
  let methods: [RouteMethod]?

  /// The route of each method, -1 where there is none: first who names the method, then, for HEAD, who names GET
  /// (RFC 9110 §9.1: a server that supports GET supports HEAD), then who names none.
  static func settle(_ claims: [MethodClaim]) -> [Int32] {
    (0..<UInt8(Routes.methods)).map { raw in
      guard let method = Method(rawValue: raw) else { return -1 }
      let named = claims.first { $0.names(method) } ?? (method == .head ? claims.first { $0.names(.get) } : nil)
      return (named ?? claims.first { $0.methods == nil })?.route ?? -1
    }
  }

  private func names(_ method: Method) -> Bool { methods?.contains { $0.method == method } ?? false }
}

extension RouteMethod {
  /// As the HTTP room has it.
  public var method: Method {
    switch self {
    case .get: .get
    case .head: .head
    case .post: .post
    case .put: .put
    case .delete: .delete
    case .options: .options
    case .patch: .patch
    }
  }
}
