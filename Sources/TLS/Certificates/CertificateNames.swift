import Bytes
import EventLoop

/// The names of a certificate, for comparing hosts with them (RFC 9525 §6.3). Any thread.
public struct CertificateNames: Sendable {
  /// Ascending, so that a request costs a few comparisons however many there are.
  private let exact: [[UInt8]]
  /// Of wildcards, what follows `*.`; ascending.
  private let below: [[UInt8]]

  /// - Parameter names: as `Certificate.names` has them.
  init(_ names: [String]) {
    func sorted(_ names: [Substring]) -> [[UInt8]] {
      names.map { Array($0.utf8) }.sorted { $0.lexicographicallyPrecedes($1) }
    }
    exact = sorted(names.filter { !$0.hasPrefix("*.") }.map { $0[...] })
    below = sorted(names.filter { $0.hasPrefix("*.") }.map { $0.dropFirst(2) })
  }

  /// Whether one of them is for this host.
  ///
  /// - Parameter host: lower-case, without final dot and port; an IPv6 address with its brackets.
  public func cover(_ host: Span<UInt8>) -> Bool {
    if host.count > 2, host[0] == UInt8(ascii: "[") {
      // Certificates have 16 octets, requests any of the ways to write them.
      var text: [UInt8] = []
      text.append(host.extracting(1..<host.count - 1))
      guard let address = Address(host: String(decoding: text, as: UTF8.self), port: 0) else { return false }
      return Self.contains(Array(address.host.utf8).span, in: exact)
    }
    if Self.contains(host, in: exact) { return true }
    // A wildcard stands for one label, the leftmost.
    guard !below.isEmpty, let dot = host.firstIndex(of: .dot), dot > 0 else { return false }
    return Self.contains(host.extracting(droppingFirst: dot + 1), in: below)
  }

  private static func contains(_ name: Span<UInt8>, in names: [[UInt8]]) -> Bool {
    var (low, high) = (0, names.count)
    while low < high {
      let middle = low + (high - low) / 2
      switch order(name, names[middle]) {
      case 0: return true
      case ..<0: high = middle
      default: low = middle + 1
      }
    }
    return false
  }

  /// Below, at or above 0 where `one` comes before, with or after `other`.
  private static func order(_ one: Span<UInt8>, _ other: [UInt8]) -> Int {
    let count = min(one.count, other.count)
    for index in 0..<count where one[index] != other[index] { return Int(one[index]) - Int(other[index]) }
    return one.count - other.count
  }
}

/// Which hosts the requests of one TLS connection may ask for: what its client knows to be answered with authority here
/// (RFC 9110 §7.4). Others are misdirected (§15.5.20): an HTTP/2 client comes with several hosts over one connection
/// where it thinks that the certificate allows it. Any thread.
public final class ConnectionAuthority: Sendable {
  /// What the client asked for in its hello; empty where it named no server.
  private let serverName: Chunk
  /// Of those certificates of which it was shown one.
  private let shown: [CertificateNames]

  init(serverName: [UInt8], shown: [CertificateNames]) {
    (self.serverName, self.shown) = (Chunk(copying: serverName.span), shown)
  }

  /// Whether a request may ask for the host.
  ///
  /// The name of the hello may be asked for whatever the certificate says: who goes on with a certificate that is not
  /// for it has decided so. An address may be by who named no server, which is how one connects to an address.
  ///
  /// - Parameter host: as `Target.host` has it: lower-case, without final dot and port.
  public func covers(_ host: Span<UInt8>) -> Bool {
    let name = serverName
    if name.count > 0 {
      if host.equals(name.span) { return true }
    } else if host.isAddress {
      return true
    }
    return !host.isEmpty && shown.allSatisfy { $0.cover(host) }
  }
}

extension Span where Element == UInt8 {
  /// Whether a host is an address and no name: no top-level domain is a number (RFC 1123 §2.1).
  fileprivate var isAddress: Bool {
    guard !isEmpty, self[0] != UInt8(ascii: "[") else { return !isEmpty }
    var index = count - 1
    while index > 0, self[index].isDigit { index -= 1 }
    return index < count - 1 && self[index] == .dot
  }
}
