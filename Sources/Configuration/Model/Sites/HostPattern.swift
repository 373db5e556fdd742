/// Which hosts a site answers for; all lower-case and without a final dot, as in `Target`.
public enum HostPattern: Hashable, Sendable, CustomStringConvertible {
  /// `www.mygov.scot`, `127.0.0.1`, `[::1]`
  case exact(String)
  /// `*.mygov.scot`, held as `mygov.scot`: every host below it, at any depth, but not itself.
  case wildcard(below: String)
  /// `*`: every host that no other site names.
  case any

  public var description: String {
    switch self {
    case .exact(let host): host
    case .wildcard(let parent): "*.\(parent)"
    case .any: "*"
    }
  }
}

extension HostPattern {
  static func parse(_ text: String) -> HostPattern? {
    if text == "*" { return .any }
    var host = text.lowercased()
    if host.hasSuffix("."), host.utf8.count > 1 { host.removeLast() }
    if host.hasPrefix("["), host.hasSuffix("]") {
      return HostRule.isIPv6(String(host.dropFirst().dropLast())) ? .exact(host) : nil
    }
    if host.hasPrefix("*.") {
      let parent = String(host.dropFirst(2))
      return HostRule.allowsName(parent) && !HostRule.isIPv4(parent) ? .wildcard(below: parent) : nil
    }
    return HostRule.allowsName(host) ? .exact(host) : nil
  }

  /// What may have been meant by a URL or a host with a port.
  static func suggestion(for word: String) -> String? {
    var rest = word[...]
    for scheme in ["https://", "http://"] where rest.hasPrefix(scheme) { rest = rest.dropFirst(scheme.count) }
    let host = String(rest.prefix { $0 != "/" && $0 != ":" })
    return host != word && parse(host) != nil ? host : nil
  }
}

extension ValueType where Value == HostPattern {
  /// A host of a site; no two sites may have the same.
  static var host: ValueType {
    ValueType(.text(pattern: nil)) { node, decoder in
      guard case .scalar(let word, _) = node.content, let pattern = HostPattern.parse(word) else {
        let what = "a host such as `www.mygov.scot`, `\"*.mygov.scot\"` or `\"*\"`, without a port"
        if case .scalar(let word, _) = node.content {
          decoder.expected(what, node, suggestion: HostPattern.suggestion(for: word))
        } else {
          decoder.expected(what, node)
        }
        return nil
      }
      decoder.define(.host, pattern.description, at: node.place)
      return pattern
    }
  }
}
