import CLinux
import Glibc

/// Where a socket is bound or connected to.
public enum Address: Hashable, Sendable, CustomStringConvertible {
  /// In network order, as read: `127.0.0.1` is `[127, 0, 0, 1]`.
  case ipv4(InlineOctets4, port: UInt16)
  case ipv6(high: UInt64, low: UInt64, scope: UInt32, port: UInt16)
  /// At most 107 octets; empty for the peer of a Unix socket, which has no name.
  case unix(path: String)

  /// Four octets of an IPv4 address.
  public struct InlineOctets4: Hashable, Sendable {
    public let a: UInt8, b: UInt8, c: UInt8, d: UInt8
    public init(_ a: UInt8, _ b: UInt8, _ c: UInt8, _ d: UInt8) { (self.a, self.b, self.c, self.d) = (a, b, c, d) }
  }

  /// A numeric address; `nil` for anything else, names among it. `host` of IPv6 without brackets.
  public init?(host: String, port: UInt16) {
    var four = in_addr()
    if unsafe inet_pton(AF_INET, host, &four) == 1 {
      let bits = UInt32(bigEndian: four.s_addr)
      self = .ipv4(
        InlineOctets4(
          UInt8(truncatingIfNeeded: bits >> 24), UInt8(truncatingIfNeeded: bits >> 16),
          UInt8(truncatingIfNeeded: bits >> 8), UInt8(truncatingIfNeeded: bits)), port: port)
      return
    }
    var six = in6_addr()
    guard unsafe inet_pton(AF_INET6, host, &six) == 1 else { return nil }
    let words = unsafe withUnsafeBytes(of: &six) { raw in
      (unsafe raw.loadUnaligned(as: UInt64.self), unsafe raw.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    }
    self = .ipv6(high: UInt64(bigEndian: words.0), low: UInt64(bigEndian: words.1), scope: 0, port: port)
  }

  /// 0 where the kernel is to choose; `nil` for a Unix socket.
  public var port: UInt16? {
    switch self {
    case .ipv4(_, let port), .ipv6(_, _, _, let port): port
    case .unix: nil
    }
  }

  /// The same address with another port; a Unix path stays as it is.
  public func with(port: UInt16) -> Address {
    switch self {
    case .ipv4(let octets, _): .ipv4(octets, port: port)
    case .ipv6(let high, let low, let scope, _): .ipv6(high: high, low: low, scope: scope, port: port)
    case .unix: self
    }
  }

  /// The host alone, as `X-Forwarded-For` has it: no port, no brackets; `unix` for Unix sockets. An IPv4 address
  /// mapped into IPv6 is shown as IPv4.
  public var host: String {
    switch self {
    case .ipv4(let octets, _): return "\(octets.a).\(octets.b).\(octets.c).\(octets.d)"
    case .ipv6(0, let low, _, _) where low >> 32 == 0xFFFF:
      return "\(low >> 24 & 255).\(low >> 16 & 255).\(low >> 8 & 255).\(low & 255)"
    case .ipv6(let high, let low, _, _):
      var octets = (high.bigEndian, low.bigEndian)
      var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
      return unsafe text.withUnsafeMutableBufferPointer { buffer in
        guard let base = buffer.baseAddress,
          let shown = unsafe inet_ntop(AF_INET6, &octets, base, socklen_t(INET6_ADDRSTRLEN))
        else { return "::" }
        return unsafe String(cString: shown)
      }
    case .unix: return "unix"
    }
  }

  public var description: String {
    switch self {
    case .ipv4(_, let port): "\(host):\(port)"
    case .ipv6(_, _, _, let port): "[\(host)]:\(port)"
    case .unix(let path): "unix:\(path)"
    }
  }

  /// What one client counts as: an IPv4 address, or the /64 of an IPv6 one (RFC 6177: a site has at least that).
  public var clientKey: UInt64 {
    switch self {
    case .ipv4(let octets, _):
      UInt64(octets.a) << 24 | UInt64(octets.b) << 16 | UInt64(octets.c) << 8 | UInt64(octets.d)
    case .ipv6(0, let low, _, _) where low >> 32 == 0xFFFF: low & 0xFFFF_FFFF
    case .ipv6(let high, _, _, _): high
    case .unix: .max
    }
  }

  var family: Int32 {
    switch self {
    case .ipv4: AF_INET
    case .ipv6: AF_INET6
    case .unix: AF_UNIX
    }
  }

  /// Whether the system can hold it: a Unix path is cut otherwise, and another one meant.
  var isWhole: Bool {
    guard case .unix(let path) = self else { return true }
    return path.utf8.count <= Int(clinux_unix_path_limit)
  }

  /// Lends the address as the system calls want it. It must be whole.
  func withSockAddr<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
    var storage = sockaddr_storage()
    let length: Int
    switch self {
    case .ipv4(let octets, let port):
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_port = port.bigEndian
      let bits = UInt32(octets.a) << 24 | UInt32(octets.b) << 16 | UInt32(octets.c) << 8 | UInt32(octets.d)
      address.sin_addr.s_addr = bits.bigEndian
      length = MemoryLayout<sockaddr_in>.size
      unsafe withUnsafeMutableBytes(of: &storage) { unsafe $0.storeBytes(of: address, as: sockaddr_in.self) }
    case .ipv6(let high, let low, let scope, let port):
      var address = sockaddr_in6()
      address.sin6_family = sa_family_t(AF_INET6)
      address.sin6_port = port.bigEndian
      address.sin6_scope_id = scope
      unsafe withUnsafeMutableBytes(of: &address.sin6_addr) { raw in
        unsafe raw.storeBytes(of: high.bigEndian, as: UInt64.self)
        unsafe raw.storeBytes(of: low.bigEndian, toByteOffset: 8, as: UInt64.self)
      }
      length = MemoryLayout<sockaddr_in6>.size
      unsafe withUnsafeMutableBytes(of: &storage) { unsafe $0.storeBytes(of: address, as: sockaddr_in6.self) }
    case .unix(let path):
      let octets = Array(path.utf8.prefix(Int(clinux_unix_path_limit)))
      length = 2 + octets.count + 1
      unsafe withUnsafeMutableBytes(of: &storage) { raw in
        unsafe raw.storeBytes(of: sa_family_t(AF_UNIX), as: sa_family_t.self)
        for (index, octet) in octets.enumerated() { unsafe raw[2 + index] = octet }
      }
    }
    return unsafe withUnsafePointer(to: &storage) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0, socklen_t(length)) }
    }
  }

  /// What the system wrote; families beside these three are shown as an unnamed Unix peer.
  init(_ storage: sockaddr_storage) {
    self = unsafe withUnsafeBytes(of: storage) { raw in
      switch Int32(storage.ss_family) {
      case AF_INET:
        let address = unsafe raw.loadUnaligned(as: sockaddr_in.self)
        let bits = UInt32(bigEndian: address.sin_addr.s_addr)
        return .ipv4(
          InlineOctets4(
            UInt8(truncatingIfNeeded: bits >> 24), UInt8(truncatingIfNeeded: bits >> 16),
            UInt8(truncatingIfNeeded: bits >> 8), UInt8(truncatingIfNeeded: bits)),
          port: UInt16(bigEndian: address.sin_port))
      case AF_INET6:
        let address = unsafe raw.loadUnaligned(as: sockaddr_in6.self)
        let high = unsafe raw.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
        let low = unsafe raw.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
        return .ipv6(
          high: UInt64(bigEndian: high), low: UInt64(bigEndian: low), scope: address.sin6_scope_id,
          port: UInt16(bigEndian: address.sin6_port))
      default: return .unix(path: "")
      }
    }
  }
}

extension Address {
  /// 4 or 16 octets in network order; none for a Unix socket.
  public var octets: [UInt8] {
    switch self {
    case .ipv4(let octets, _): [octets.a, octets.b, octets.c, octets.d]
    case .ipv6(let high, let low, _, _):
      (0..<16).map { UInt8(truncatingIfNeeded: ($0 < 8 ? high : low) >> UInt64(56 - $0 % 8 * 8)) }
    case .unix: []
    }
  }
}
