/// What browsers are told of a site's encryption (RFC 6797): for so long, come by HTTPS alone.
public struct HSTSConfiguration: Equatable, Sendable {
  /// In whole seconds; 0 takes the promise back. 0 to ten years; default two.
  public var maxAge: Duration
  /// Whether it holds for every host below the site's too. Default no.
  public var includeSubdomains: Bool
  /// Whether browsers may ship with it. Default no.
  public var preload: Bool

  public init(maxAge: Duration = .seconds(730 * 86_400), includeSubdomains: Bool = false, preload: Bool = false) {
    (self.maxAge, self.includeSubdomains, self.preload) = (maxAge, includeSubdomains, preload)
  }

  /// The value of `Strict-Transport-Security`.
  public var field: String {
    "max-age=\(maxAge.components.seconds)" + (includeSubdomains ? "; includeSubDomains" : "")
      + (preload ? "; preload" : "")
  }

  /// What the lists that browsers ship with ask for at least (hstspreload.org).
  static let leastPreload = Duration.seconds(365 * 86_400)
}

extension HSTSConfiguration: Section {
  static let noun = "hsts"
  static let defaults = HSTSConfiguration()
  static let keys: [Key<Self>] = [
    Key("max_age", \.maxAge, .hstsAge, "How long browsers come by HTTPS alone; 0s takes it back."),
    Key("include_subdomains", \.includeSubdomains, .boolean, "Whether it holds for every host below too."),
    Key("preload", \.preload, .boolean, "Whether browsers may ship with it."),
  ]

  static func check(_ hsts: inout Self, _ node: Node, _ decoder: inout Decoder) {
    guard hsts.preload, !hsts.includeSubdomains || hsts.maxAge < leastPreload else { return }
    decoder.note(
      "`preload` wants `include_subdomains: true` and a `max_age` of 365d at least",
      at: node["preload"]?.place ?? node.place)
  }
}

extension ValueType where Value == Duration {
  fileprivate static var hstsAge: ValueType { .duration(.zero...Duration.seconds(3_650 * 86_400)) }
}

extension ValueType where Value == HSTSConfiguration {
  /// A duration alone, or a mapping.
  static var hsts: ValueType {
    let age = ValueType<Duration>.hstsAge
    return ValueType(.anyOf([age.schema, .section(HSTSConfiguration.self)])) { node, decoder in
      guard case .mapping = node.content else {
        return age.decode(node, &decoder).map { HSTSConfiguration(maxAge: $0) }
      }
      return HSTSConfiguration.decode(node, &decoder)
    }
  }
}
