import Configuration
import EventLoop
import Proxy
import TLS
import Time

/// What becomes of a certificate that has expired, or is not valid yet, when it is loaded: one body's lapse must
/// neither keep the others from being served nor from being changed, and yet nobody is to bring in such a certificate
/// unnoticed.
enum LapseRule: Sendable {
  /// It is an error: somebody asks whether all is well.
  case refused
  /// It is served, and warned of: at the start, when there is nothing else to serve.
  case warned
  /// The same, if it is served already; one that would be new is an error.
  case warnedIfServed(CertificateRegistry)

  func accepts(_ certificate: Certificate, for profile: String) -> Bool {
    switch self {
    case .refused: false
    case .warned: true
    case .warnedIfServed(let registry):
      registry.entry(named: profile)?.current.certificates.contains(certificate) ?? false
    }
  }
}

/// The certificates and ticket keys that a configuration names, read and checked, before anyone serves them.
struct LoadedTLS: Sendable {
  struct Profile: Sendable {
    let settings: TLSSettings
    let set: CertificateSet
    /// What was read for it; none where it was made.
    let sources: [Source]
    /// Keys of a file, which machines may share.
    let tickets: TicketFile?
    /// What it begins with that has no keys yet, and no file.
    let ticketKey: TicketKey
  }

  struct TicketFile: Sendable {
    let path: String
    /// From before it was read.
    let mark: FileFingerprint?
    let keys: [TicketKey]
  }

  struct Source: Sendable {
    let source: CertificateSource
    let pairs: [Pair]
  }

  struct Pair: Sendable {
    let files: CertificateFiles
    /// From before it was read.
    let mark: CertificateFiles.Mark
    let certificate: Certificate
  }

  let profiles: [Profile]

  /// A message, the path to the value that it is about, and what was probably meant.
  typealias Note = (_ message: String, _ path: [ConfigurationPlaces.Step], _ suggestion: String?) -> Void

  /// Reads all files, which blocks: at start and on the utility thread.
  ///
  /// - Parameters:
  ///   - note: is told of everything that is wrong with them. Nothing may be served then.
  ///   - warn: is told of what operators should know of those that can be served.
  init(_ configuration: Configuration, _ rule: LapseRule, at now: WallTime, noting note: Note, warning warn: Note) {
    guard !configuration.tls.isEmpty else {
      profiles = []
      return
    }
    let (loader, ticketKey): (CertificateLoader, TicketKey)
    do throws(TLSError) { (loader, ticketKey) = (try CertificateLoader(), try .random()) } catch {
      note("\(error)", [.key("tls")], nil)
      profiles = []
      return
    }
    var profiles: [Profile] = []
    for profile in configuration.tls {
      let place: [ConfigurationPlaces.Step] = [.key("tls"), .key(profile.name)]
      let path = place + [.key("certificates")]
      let tickets = Self.tickets(of: profile) { note($0, place + [.key("tickets"), .key("keys")], nil) }
      var reading = Reading(profile: profile.name, rule: rule, now: now, path: path, loader: loader)
      let sources = profile.certificates.enumerated().map { index, source in
        reading.read(source, at: index, noting: note, warning: warn)
      }
      do throws(CertificateError) {
        let certificates = sources.flatMap { $0.pairs.map(\.certificate) }
        let set = try CertificateSet(certificates, of: "TLS profile `\(profile.name)`")
        for shadow in set.shadowed { warn("\(shadow)", path, nil) }
        profiles.append(
          Profile(
            settings: Self.settings(of: profile), set: set, sources: sources, tickets: tickets, ticketKey: ticketKey))
      } catch {
        guard !reading.isRefused else { continue }
        note("\(error), and its directories hold no pair `NAME.pem` and `NAME.key`", path, nil)
      }
    }
    self.profiles = profiles
  }

  /// Certificates that were made, not read, by the name of their profile. A profile without any is not served.
  init(_ configuration: Configuration, sets: [String: CertificateSet], noting note: Note) {
    do throws(TLSError) {
      let ticketKey = try TicketKey.random()
      profiles = configuration.tls.compactMap { profile in
        sets[profile.name].map {
          Profile(settings: Self.settings(of: profile), set: $0, sources: [], tickets: nil, ticketKey: ticketKey)
        }
      }
    } catch {
      note("\(error)", [.key("tls")], nil)
      profiles = []
    }
  }

  private static func settings(of profile: TLSProfileConfiguration) -> TLSSettings {
    TLSSettings(
      name: profile.name, profile: TLSProfile(profile.profile), strictSNI: profile.strictSNI,
      sessionLifetime: Nanoseconds(profile.tickets.rotate))
  }

  private static func tickets(of profile: TLSProfileConfiguration, noting note: (String) -> Void) -> TicketFile? {
    guard let path = profile.tickets.keys else { return nil }
    let mark = FileFingerprint(of: path)
    do throws(TicketKeyFileError) {
      return TicketFile(path: path, mark: mark, keys: try TicketKey.read(file: path))
    } catch {
      note("cannot use the ticket keys: \(error)")
      return nil
    }
  }

  /// Serves them from now on, in place of those of the same entries.
  func publish(certificates: CertificateRegistry, tickets: TicketRegistry) -> [Snapshot.TLSPlan] {
    let plans = profiles.map { profile in
      let name = profile.settings.name
      let known = certificates.entry(named: name)
      known?.replace(with: profile.set)
      return Snapshot.TLSPlan(
        settings: profile.settings, certificates: known ?? certificates.entry(named: name, initial: profile.set),
        tickets: tickets.keys(named: name, shared: profile.tickets?.keys, fresh: profile.ticketKey))
    }
    let names = Set(profiles.map(\.settings.name))
    certificates.retain(only: names)
    tickets.retain(only: names)
    return plans
  }

  /// Everything that is served, in the file's order.
  var all: [Certificate] { profiles.flatMap(\.set.certificates) }
}

/// The reading of one profile's files.
private struct Reading {
  let profile: String
  let rule: LapseRule
  let now: WallTime
  /// To the list of its certificates.
  let path: [ConfigurationPlaces.Step]
  let loader: CertificateLoader
  /// Whether an error was told.
  var isRefused = false

  mutating func read(
    _ source: CertificateSource, at index: Int, noting note: LoadedTLS.Note,
    warning warn: LoadedTLS.Note
  ) -> LoadedTLS.Source {
    let path = path + [.item(index)]
    var hasFailed = false
    defer { isRefused = isRefused || hasFailed }
    func refuse(_ message: String, _ key: String, _ suggestion: String? = nil) {
      hasFailed = true
      note("cannot use a certificate: \(message)", path + [.key(key)], suggestion)
    }
    var pairs: [LoadedTLS.Pair?] = []
    switch source {
    case .pair(let chain, let key):
      let files = CertificateFiles(chain: chain, key: key)
      pairs = [
        read(files) { error in
          refuse("\(error)", error.file == chain ? "chain" : "key", Suggestion.neighbour(of: error.file))
        } warning: {
          warn($0, path + [.key("chain")], nil)
        }
      ]
    case .directory(let directory):
      guard let files = CertificateFiles.pairs(in: directory) else {
        refuse("\(directory) is no directory that can be read", "directory", Suggestion.neighbour(of: directory))
        break
      }
      pairs = files.map { files in
        read(files) {
          refuse("\($0)", "directory")
        } warning: {
          warn($0, path + [.key("directory")], nil)
        }
      }
    }
    return LoadedTLS.Source(source: source, pairs: pairs.compactMap(\.self))
  }

  private func read(
    _ files: CertificateFiles, noting note: (CertificateError) -> Void, warning warn: (String) -> Void
  ) -> LoadedTLS.Pair? {
    let mark = files.mark
    guard let certificate = files.read(by: loader, noting: note) else { return nil }
    for remark in certificate.remarks(at: now) { warn("\(certificate.source): \(remark)") }
    if let complaint = certificate.complaint(at: now) {
      guard rule.accepts(certificate, for: profile) else {
        note(complaint)
        return nil
      }
      warn("\(complaint); it is served all the same")
    }
    return LoadedTLS.Pair(files: files, mark: mark, certificate: certificate)
  }
}
