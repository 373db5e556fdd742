import EventLoop
import Logging
import TLS
import Telemetry
import Time

/// What the control loop does for TLS: it has the files of certificates and ticket keys looked at, serves what has
/// changed without a reload of anything else, tells of a certificate's end before it comes, and rotates ticket keys.
final class TLSWatch: EventTenant {
  /// How often files are looked at: a change is served after one to two of it.
  private static let interval = Nanoseconds.seconds(1)
  private static let expiryInterval = Nanoseconds.seconds(60)

  private struct Look: Sendable {
    /// Of the reload that it began after.
    let adoption: Int
    let scan: TLSScan
    let findings: TLSScan.Findings
  }

  private let registry: CertificateRegistry
  private let tickets: TicketRegistry
  private let utility: Mailbox<UtilityCommand>
  private let results: Mailbox<Look>
  private let logger: Logger
  /// The names of profiles, in the configuration's order.
  private var profiles: [String] = []
  private var scan: TLSScan?
  /// Counts reloads: a look that began before one is of no use after it.
  private var adoption = 0
  private var isLooking = false
  private var notices = ExpiryNotices()
  private var schedule = TicketSchedule()
  private var nextExpiry = Instant.never
  /// So far.
  private(set) var changes = CertificateChanges()
  private var looks: [Look] = []
  private var token = EventToken.none

  init(
    _ registries: Registries, utility: Mailbox<UtilityCommand>, logger: Logger, in loop: EventLoop
  ) throws(SystemError) {
    (registry, tickets) = (registries.certificates, registries.tickets)
    (self.utility, self.logger) = (utility, logger)
    results = try Mailbox(limit: 4)
    token = try loop.add(self, descriptor: results.descriptor)
    _ = loop.schedule(token, at: loop.now + Self.interval)
  }

  /// Watches the files of what is served from now on.
  func adopt(_ loaded: LoadedTLS, in loop: EventLoop) {
    adoption += 1
    isLooking = false
    let scan = TLSScan(loaded)
    self.scan = scan.isEmpty ? nil : scan
    profiles = loaded.profiles.map(\.settings.name)
    schedule.adopt(
      loaded.profiles.filter { $0.tickets == nil }.map { ($0.settings.name, $0.settings.sessionLifetime) },
      at: loop.now)
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
    for profile in schedule.due(at: loop.now) { rotate(profile) }
    look(in: loop)
    _ = loop.schedule(token, at: loop.now + Self.interval)
  }

  private func rotate(_ profile: String) {
    do throws(TLSError) {
      tickets.keys(named: profile)?.rotate(to: try .random())
      logger.info("ticket keys rotated, profile \(profile)")
    } catch {
      logger.error("ticket keys cannot be rotated, profile \(profile): \(error)")
    }
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

  private func take(_ findings: TLSScan.Findings, in loop: EventLoop) {
    for (profile, set) in findings.sets { registry.entry(named: profile)?.replace(with: set) }
    for (profile, keys) in findings.keys { tickets.keys(named: profile)?.replace(with: keys) }
    for event in findings.events {
      switch event {
      case .refused:
        changes.refused &+= 1
        logger.error("\(event)")
      case .added, .replaced, .removed:
        changes.taken &+= 1
        logger.notice("\(event)")
      case .keysRefused: logger.error("\(event)")
      case .keysReplaced: logger.notice("\(event)")
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
