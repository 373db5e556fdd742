import Configuration
import TLS
import Time

/// The files of all certificates and ticket keys as they were seen last, and what follows from seeing them again. A
/// value that goes to the utility thread, where looking may block, and comes back.
struct TLSScan: Sendable {
  private struct Source: Sendable {
    /// `nil` for a pair of files.
    let directory: String?
    var pairs: [WatchedPair]
    /// Looks in a row at which the directory could not be read.
    var misses = 0
  }

  private struct Profile: Sendable {
    let name: String
    var sources: [Source]
    var tickets: WatchedTickets?

    var certificates: [Certificate] { sources.flatMap { $0.pairs.compactMap(\.certificate) } }
  }

  /// What a look found.
  struct Findings: Sendable {
    /// Of profiles that serve others now, by name.
    fileprivate(set) var sets: [(profile: String, set: CertificateSet)] = []
    /// Of profiles whose ticket keys are others now, by name.
    fileprivate(set) var keys: [(profile: String, keys: [TicketKey])] = []
    fileprivate(set) var events: [TLSEvent] = []
  }

  private var profiles: [Profile]

  /// Begins with what was read already.
  init(_ loaded: LoadedTLS) {
    profiles = loaded.profiles.map { profile in
      Profile(
        name: profile.settings.name,
        sources: profile.sources.map { source in
          let directory: String? = if case .directory(let path) = source.source { path } else { nil }
          return Source(directory: directory, pairs: source.pairs.map { WatchedPair($0) })
        }, tickets: profile.tickets.map { WatchedTickets($0.path, mark: $0.mark) })
    }
  }

  /// Whether there is nothing to look at.
  var isEmpty: Bool { profiles.allSatisfy { $0.sources.isEmpty && $0.tickets == nil } }

  /// Why what lies in some files now is not served, by profile and the chain's file.
  var refusals: [(profile: String, file: String, error: CertificateError)] {
    profiles.flatMap { profile in
      profile.sources.flatMap(\.pairs).compactMap { pair in
        pair.refusal.map { (profile.name, pair.files.chain, $0) }
      }
    }
  }

  /// Looks at all files again, and reads those that have changed and keep still. Blocks on the disk.
  mutating func look(at now: WallTime) -> Findings {
    var findings = Findings()
    var loader: CertificateLoader?
    for index in profiles.indices {
      Self.look(at: &profiles[index], now, &findings, by: &loader)
      Self.lookAtTickets(of: &profiles[index], &findings)
    }
    return findings
  }

  private static func look(
    at profile: inout Profile, _ now: WallTime, _ findings: inout Findings, by loader: inout CertificateLoader?
  ) {
    var isChanged = false
    for index in profile.sources.indices where list(&profile.sources[index], of: profile.name, &findings) {
      for place in profile.sources[index].pairs.indices.reversed() {
        let pair = profile.sources[index].pairs[place]
        // A profile serves something, whatever becomes of its files.
        let mayGo =
          profile.sources[index].directory != nil && (pair.certificate == nil || profile.certificates.count > 1)
        switch profile.sources[index].pairs[place].look(at: now, mayGo: mayGo, by: &loader) {
        case .same: continue
        case .refused(let error):
          findings.events.append(.refused(profile: profile.name, error))
          continue
        case .added(let certificate): findings.events.append(.added(profile: profile.name, certificate))
        case .replaced(let certificate): findings.events.append(.replaced(profile: profile.name, certificate))
        case .gone:
          profile.sources[index].pairs.remove(at: place)
          guard pair.certificate != nil else { continue }
          findings.events.append(.removed(profile: profile.name, file: pair.files.chain))
        }
        isChanged = true
      }
    }
    guard isChanged else { return }
    do throws(CertificateError) {
      findings.sets.append((profile.name, try CertificateSet(profile.certificates, of: profile.name)))
    } catch {
      findings.events.append(.refused(profile: profile.name, error))
    }
  }

  private static func lookAtTickets(of profile: inout Profile, _ findings: inout Findings) {
    guard var tickets = profile.tickets else { return }
    switch tickets.look() {
    case .same: break
    case .replaced(let keys):
      findings.keys.append((profile.name, keys))
      findings.events.append(.keysReplaced(profile: profile.name, file: tickets.file, count: keys.count))
    case .refused(let error): findings.events.append(.keysRefused(profile: profile.name, error))
    }
    profile.tickets = tickets
  }

  /// Takes in the pairs that a directory has got. `false`: it cannot be read, and all that is served of it stays.
  private static func list(_ source: inout Source, of profile: String, _ findings: inout Findings) -> Bool {
    guard let directory = source.directory else { return true }
    guard let listed = CertificateFiles.pairs(in: directory) else {
      source.misses += 1
      if source.misses == Stillness<CertificateFiles.Mark>.attempts {
        let error = CertificateError(file: directory, reason: .unreadable("it is no directory that can be read"))
        findings.events.append(.refused(profile: profile, error))
      }
      return false
    }
    source.misses = 0
    let known = Set(source.pairs.map(\.files))
    let new = listed.filter { !known.contains($0) }
    guard !new.isEmpty else { return true }
    source.pairs = (source.pairs + new.map { WatchedPair($0) }).sorted { $0.files.chain < $1.files.chain }
    return true
  }
}
