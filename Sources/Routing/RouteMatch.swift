import HTTP

/// Which route a request belongs to.
public enum RouteMatch: Equatable, Sendable {
  /// - site: an index into `Configuration.sites`.
  /// - route: an index into `Routes.flattened`.
  case route(site: Int, route: Int)
  /// No site answers for the host: 421.
  case noSite
  /// The site has no route for the path: 404.
  case noRoute(site: Int)
  /// Routes of the site match the path, but none takes the method: 405 with `Allow`.
  case methodNotAllowed(site: Int, allowed: MethodSet)

  /// The site that answers for the host.
  public var site: Int? {
    switch self {
    case .route(let site, _), .noRoute(let site), .methodNotAllowed(let site, _): site
    case .noSite: nil
    }
  }
}

/// Some of the methods that Yett tells apart.
public struct MethodSet: Hashable, Sendable, CustomStringConvertible {
  /// A bit for each raw value of `Method`.
  @usableFromInline var bits: UInt16

  @inlinable init(bits: UInt16) { self.bits = bits }

  @inlinable public init() { bits = 0 }

  @inlinable public func contains(_ method: Method) -> Bool { bits >> UInt16(method.rawValue) & 1 == 1 }
  @inlinable public var isEmpty: Bool { bits == 0 }
  @inlinable public mutating func insert(_ method: Method) { bits |= 1 << UInt16(method.rawValue) }
  @inlinable public mutating func formUnion(_ other: MethodSet) { bits |= other.bits }

  /// The value of `Allow` (RFC 9110 §10.2.1): `GET, HEAD`.
  public var description: String {
    (0..<Method.other.rawValue).compactMap(Method.init(rawValue:)).filter(contains).map { "\($0.text)" }
      .joined(separator: ", ")
  }
}
