import TLS
import Telemetry
import Time

/// When operators are told that a certificate will expire: 30, 14, 7 and 1 days before, and when it has; once each.
/// Decides; tells nobody.
struct ExpiryNotices {
  /// In days, the last first.
  static let days: [Int64] = [0, 1, 7, 14, 30]

  struct Notice: Equatable, CustomStringConvertible {
    let profile: String
    /// The chain's file.
    let file: String
    /// The first of its names.
    let name: String
    let notAfter: WallTime
    let left: Nanoseconds

    var hasExpired: Bool { left <= .zero }

    var description: String {
      let what = "certificate of profile \(profile), \(file) for \(name),"
      let end = CivilDate(notAfter).text
      return hasExpired
        ? "\(what) has EXPIRED on \(end); browsers turn people away"
        : "\(what) expires in \(StatusReport.duration(left)), on \(end)"
    }
  }

  private struct Key: Hashable {
    let profile: String
    let file: String
    let notAfter: WallTime
  }

  /// The smallest number of days that was told.
  private var told: [Key: Int64] = [:]

  /// What is to be told now of these certificates, which are all that are served.
  mutating func due(_ served: [(profile: String, certificate: Certificate)], at now: WallTime) -> [Notice] {
    var notices: [Notice] = []
    var current: [Key: Int64] = [:]
    for (profile, certificate) in served {
      let left = certificate.notAfter - now
      guard let level = Self.days.first(where: { left <= .seconds($0 * 86_400) }) else { continue }
      let key = Key(profile: profile, file: certificate.source, notAfter: certificate.notAfter)
      current[key] = level
      if let known = told[key], known <= level { continue }
      notices.append(
        Notice(
          profile: profile, file: certificate.source, name: certificate.names.first ?? "",
          notAfter: certificate.notAfter, left: left))
    }
    told = current
    return notices
  }
}
