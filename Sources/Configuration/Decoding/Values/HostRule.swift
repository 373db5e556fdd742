/// What a host may look like: RFC 3986 §3.2.2 without percent-encoding, names as RFC 1123 §2.1 has them plus `_`.
enum HostRule {
  /// A name or an IPv4 address; lower-case is the caller's. A name that ends in a number is neither.
  static func allowsName(_ host: String) -> Bool {
    guard (1...253).contains(host.utf8.count) else { return false }
    let labels = host.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard labels.allSatisfy(allows(label:)), let last = labels.last else { return false }
    return last.allSatisfy(isDigit) ? isIPv4(host) : true
  }

  static func isAddress(_ host: String) -> Bool { isIPv4(host) || isIPv6(host) }

  /// Four numbers of 0 to 255 without leading zeros.
  static func isIPv4(_ host: String) -> Bool {
    let parts = host.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    return parts.count == 4
      && parts.allSatisfy { part in
        guard (1...3).contains(part.count), part.allSatisfy(isDigit), part.count == 1 || part.first != UInt8(ascii: "0")
        else { return false }
        return part.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) } <= 255
      }
  }

  /// RFC 4291 §2.2 without a zone.
  static func isIPv6(_ host: String) -> Bool {
    guard (2...45).contains(host.utf8.count) else { return false }
    let halves = separate(host.utf8[...])
    guard halves.count <= 2 else { return false }
    var words = 0
    for (index, half) in halves.enumerated() where !half.isEmpty {
      let groups = half.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
      for (position, group) in groups.enumerated() {
        let isLast = index == halves.count - 1 && position == groups.count - 1
        if isLast, group.contains(UInt8(ascii: ".")) {
          guard isIPv4(String(decoding: group, as: UTF8.self)) else { return false }
          words += 2
        } else {
          guard (1...4).contains(group.count), group.allSatisfy(isHexDigit) else { return false }
          words += 1
        }
      }
    }
    return halves.count == 2 ? words <= 7 : words == 8
  }

  /// What lies before and after each `::`.
  private static func separate(_ host: Substring.UTF8View) -> [Substring.UTF8View] {
    var parts: [Substring.UTF8View] = []
    var start = host.startIndex
    var position = host.startIndex
    while position < host.endIndex {
      let next = host.index(after: position)
      if host[position] == UInt8(ascii: ":"), next < host.endIndex, host[next] == UInt8(ascii: ":") {
        parts.append(host[start..<position])
        start = host.index(after: next)
        position = start
      } else {
        position = next
      }
    }
    return parts + [host[start...]]
  }

  private static func allows(label: Substring.UTF8View) -> Bool {
    (1...63).contains(label.count) && label.first != UInt8(ascii: "-") && label.last != UInt8(ascii: "-")
      && label.allSatisfy { octet in
        isDigit(octet) || (octet | 0x20 >= UInt8(ascii: "a") && octet | 0x20 <= UInt8(ascii: "z"))
          || octet == UInt8(ascii: "-") || octet == UInt8(ascii: "_")
      }
  }

  private static func isDigit(_ octet: UInt8) -> Bool { octet >= UInt8(ascii: "0") && octet <= UInt8(ascii: "9") }

  private static func isHexDigit(_ octet: UInt8) -> Bool {
    isDigit(octet) || (octet | 0x20 >= UInt8(ascii: "a") && octet | 0x20 <= UInt8(ascii: "f"))
  }
}
