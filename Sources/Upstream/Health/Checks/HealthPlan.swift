import Time

/// How the servers of one pool are checked.
public struct HealthPlan: Equatable, Sendable {
  /// As configured, with a query if there is one.
  public let path: String
  /// The `Host` of checks; `nil` for the server's own address.
  public let host: String?
  /// From the beginning of a check to that of the next, give or take `CheckSchedule.jitter`.
  public let interval: Nanoseconds
  /// From the beginning of a check to the end of the answer's head.
  public let timeout: Nanoseconds
  /// Checks in a row that bring a server up, or take it down; 1 or more.
  public let rise: Int
  public let fall: Int

  /// - Throws: where path or host would make another request of it. What is too small is made 1 (ms, or check).
  public init(
    path: String, host: String? = nil, interval: Nanoseconds, timeout: Nanoseconds, rise: Int, fall: Int
  ) throws(HealthPlanError) {
    guard path.utf8.first == 0x2F, path.utf8.allSatisfy(Self.isVisible) else { throw .path }
    if let host { guard !host.isEmpty, host.utf8.allSatisfy(Self.isVisible) else { throw .host } }
    self.path = path
    self.host = host
    self.interval = Swift.max(interval, .milliseconds(1))
    self.timeout = Swift.max(timeout, .milliseconds(1))
    self.rise = Swift.max(rise, 1)
    self.fall = Swift.max(fall, 1)
  }

  private static func isVisible(_ octet: UInt8) -> Bool { octet > 0x20 && octet < 0x7F }

  /// The request of RFC 9112 §3 that asks whether a server is well.
  ///
  /// - Parameter authority: of the server; octets that may not stand in a field are left out.
  func request(to authority: String) -> [UInt8] {
    let host = String(decoding: (host ?? authority).utf8.filter(Self.isVisible), as: UTF8.self)
    let text =
      "GET \(path) HTTP/1.1\r\nHost: \(host)\r\nUser-Agent: Yett-health-check\r\nAccept: */*\r\n"
      + "Connection: close\r\n\r\n"
    return Array(text.utf8)
  }
}

/// Why a plan is none.
public enum HealthPlanError: Error, Equatable, CustomStringConvertible {
  case path
  case host

  public var description: String {
    switch self {
    case .path: "the path of a health check begins with / and has visible ASCII characters only"
    case .host: "the host of a health check has visible ASCII characters only"
    }
  }
}
