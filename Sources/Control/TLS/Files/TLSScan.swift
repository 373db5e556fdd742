import Configuration
import TLS
import Time

/// The files of all certificates and ticket keys as they were seen last, and what follows from seeing them again. A
/// value that goes to the utility thread, where looking may block, and comes back.
struct TLSScan: Sendable {
  fileprivate struct Source: Sendable {
    /// `nil` for a pair of files.
    var directory: WatchedDirectory?
    var pairs: [WatchedPair]
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
          let directory: WatchedDirectory? =
            if case .directory(let path) = source.source { WatchedDirectory(path) } else { nil }
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
    var served = profile.certificates.count
    for index in profile.sources.indices {
      let isDirectory = profile.sources[index].directory != nil
      var listed: [CertificateFiles] = []
      switch profile.sources[index].directory?.look() ?? .same {
      case .same: break
      case .listed(let files): listed = files
      case .unreadable: continue
      case .refused(let error):
        findings.events.append(.refused(profile: profile.name, error))
        continue
      }
      for place in profile.sources[index].pairs.indices.reversed() {
        // A profile serves something, whatever becomes of its files.
        switch profile.sources[index].pairs[place].look(
          at: now, mayGo: isDirectory, isLastServed: served < 2, by: &loader)
        {
        case .same: continue
        case .refused(let error):
          findings.events.append(.refused(profile: profile.name, error))
          continue
        case .added(let certificate):
          served += 1
          findings.events.append(.added(profile: profile.name, certificate))
        case .replaced(let certificate): findings.events.append(.replaced(profile: profile.name, certificate))
        case .gone:
          let pair = profile.sources[index].pairs.remove(at: place)
          guard pair.certificate != nil else { continue }
          served -= 1
          findings.events.append(.removed(profile: profile.name, file: pair.files.chain))
        }
        isChanged = true
      }
      // What has just come is looked at from the next time on: it has to keep still like any other.
      profile.sources[index].add(listed)
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
}

extension TLSScan.Source {
  /// Takes in the pairs that are not known yet.
  fileprivate mutating func add(_ listed: [CertificateFiles]) {
    let known = Set(pairs.map(\.files))
    let new = listed.filter { !known.contains($0) }
    if !new.isEmpty { pairs = (pairs + new.map { WatchedPair($0) }).sorted { $0.files.chain < $1.files.chain } }
  }
}
