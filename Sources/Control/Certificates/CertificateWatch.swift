import EventLoop
import Logging
import TLS
import Telemetry
import Time

/// What the control loop does for certificates: it has their files looked at, serves what has changed without a reload
/// of anything else, and tells of their end before it comes.
final class CertificateWatch: EventTenant {
  /// How often files are looked at: a change is served after one to two of it.
  private static let interval = Nanoseconds.seconds(1)
  private static let expiryInterval = Nanoseconds.seconds(60)

  private struct Look: Sendable {
    /// Of the reload that it began after.
    let adoption: Int
    let scan: CertificateScan
    let findings: CertificateScan.Findings
  }

  private let registry: CertificateRegistry
  private let utility: Mailbox<UtilityCommand>
  private let results: Mailbox<Look>
  private let logger: Logger
  /// The names of profiles, in the configuration's order.
  private var profiles: [String] = []
  private var scan: CertificateScan?
  /// Counts reloads: a look that began before one is of no use after it.
  private var adoption = 0
  private var isLooking = false
  private var notices = ExpiryNotices()
  private var nextExpiry = Instant.never
  /// So far.
  private(set) var changes = CertificateChanges()
  private var looks: [Look] = []
  private var token = EventToken.none

  init(
    _ registry: CertificateRegistry, utility: Mailbox<UtilityCommand>, logger: Logger, in loop: EventLoop
  ) throws(SystemError) {
    (self.registry, self.utility, self.logger) = (registry, utility, logger)
    results = try Mailbox(limit: 4)
    token = try loop.add(self, descriptor: results.descriptor)
    _ = loop.schedule(token, at: loop.now + Self.interval)
  }

  /// Watches the files of what is served from now on.
  func adopt(_ loaded: LoadedCertificates, in loop: EventLoop) {
    adoption += 1
    isLooking = false
    let scan = CertificateScan(loaded)
    self.scan = scan.isEmpty ? nil : scan
    profiles = loaded.profiles.map(\.settings.name)
    tellExpiry(in: loop)
  }

  /// All that is served, with what lies in its files and is refused.
  var figures: [CertificateFigures] {
    let refusals = scan?.refusals ?? []
    var figures: [CertificateFigures] = []
    for profile in profiles {
      let served = registry.entry(named: profile)?.current.certificates ?? []
      for certificate in served {
        var one = CertificateFigures(profile: profile, file: certificate.source, notAfter: certificate.notAfter)
        (one.names, one.key) = (certificate.names, "\(certificate.keyKind.rawValue) \(certificate.keyBits)")
        one.refusal = refusals.first { $0.profile == profile && $0.file == one.file }.map { "\($0.error)" }
        figures.append(one)
      }
      for refusal in refusals where refusal.profile == profile && !served.contains(where: { $0.source == refusal.file })
      {
        var one = CertificateFigures(profile: profile, file: refusal.file, notAfter: nil)
        one.refusal = "\(refusal.error)"
        figures.append(one)
      }
    }
    return figures
  }

  func timerFired(in loop: EventLoop) {
    if loop.now >= nextExpiry { tellExpiry(in: loop) }
    look(in: loop)
    _ = loop.schedule(token, at: loop.now + Self.interval)
  }

  private func look(in loop: EventLoop) {
    guard !isLooking, let scan else { return }
    let (results, adoption, now) = (results, adoption, loop.wall)
    isLooking = utility.post(
      .run {
        var scan = scan
        let findings = scan.look(at: now)
        results.post(Look(adoption: adoption, scan: scan, findings: findings))
      })
  }

  /// The utility thread has looked.
  func ready(_ readiness: Readiness, in loop: EventLoop) {
    results.drain(into: &looks)
    for look in looks where look.adoption == adoption {
      isLooking = false
      scan = look.scan
      take(look.findings, in: loop)
    }
    looks = []
  }

  private func take(_ findings: CertificateScan.Findings, in loop: EventLoop) {
    for (profile, set) in findings.sets { registry.entry(named: profile)?.replace(with: set) }
    for event in findings.events {
      switch event {
      case .refused:
        changes.refused &+= 1
        logger.error("\(event)")
      case .added, .replaced, .removed:
        changes.taken &+= 1
        logger.notice("\(event)")
      }
    }
    if !findings.sets.isEmpty { tellExpiry(in: loop) }
  }

  private func tellExpiry(in loop: EventLoop) {
    nextExpiry = loop.now + Self.expiryInterval
    let served = profiles.flatMap { profile in
      (registry.entry(named: profile)?.current.certificates ?? []).map { (profile: profile, certificate: $0) }
    }
    for notice in notices.due(served, at: loop.wall) {
      if notice.hasExpired { logger.error("\(notice)") } else { logger.warning("\(notice)") }
    }
  }
}
