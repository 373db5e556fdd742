import Configuration
import EventLoop
import Proxy
import TLS

/// The certificates that a configuration names, read and checked, before anyone serves them.
struct LoadedCertificates: Sendable {
  private let sets: [(settings: TLSSettings, set: CertificateSet)]

  /// Reads all files, which blocks: at start and on the utility thread.
  ///
  /// - Parameter note: is told of everything that is wrong with them. Nothing may be served then.
  init(_ configuration: Configuration, noting note: Note) {
    var sets: [(TLSSettings, CertificateSet)] = []
    for profile in configuration.tls {
      let path: [ConfigurationPlaces.Step] = [.key("tls"), .key(profile.name), .key("certificates")]
      var isRefused = false
      var certificates: [Certificate] = []
      for (index, source) in profile.certificates.enumerated() {
        certificates += Self.read(source) { message, part, suggestion in
          isRefused = true
          note(
            "cannot use a certificate: \(message)", path + [.item(index)] + (part.map { [.key($0)] } ?? []), suggestion)
        }
      }
      do throws(CertificateError) {
        sets.append((Self.settings(of: profile), try CertificateSet(certificates, of: "TLS profile `\(profile.name)`")))
      } catch {
        guard !isRefused else { continue }
        note("\(error), and its directories hold no pair `NAME.pem` and `NAME.key`", path, nil)
      }
    }
    self.sets = sets
  }

  /// Certificates that were made, not read, by the name of their profile. A profile without any is not served.
  init(_ configuration: Configuration, sets: [String: CertificateSet]) {
    self.sets = configuration.tls.compactMap { profile in
      sets[profile.name].map { (Self.settings(of: profile), $0) }
    }
  }

  private static func settings(of profile: TLSProfileConfiguration) -> TLSSettings {
    TLSSettings(name: profile.name, profile: profile.profile == .modern ? .modern : .intermediate)
  }

  /// Serves them from now on, in place of those of the same entries.
  func publish(in registry: CertificateRegistry) -> [Snapshot.TLSPlan] {
    let plans = sets.map { settings, set in
      let known = registry.entry(named: settings.name)
      known?.replace(with: set)
      return Snapshot.TLSPlan(
        settings: settings, certificates: known ?? registry.entry(named: settings.name, initial: set))
    }
    registry.retain(only: Set(sets.map(\.settings.name)))
    return plans
  }

  /// Everything that was served, in the file's order.
  var all: [Certificate] { sets.flatMap(\.set.certificates) }

  // MARK: Files

  /// A message, the path to the value that it is about, and what was probably meant.
  typealias Note = (_ message: String, _ path: [ConfigurationPlaces.Step], _ suggestion: String?) -> Void
  /// The same of one entry; the key of it that names the file.
  private typealias EntryNote = (_ message: String, _ key: String?, _ suggestion: String?) -> Void

  private static func read(_ source: CertificateSource, noting note: EntryNote) -> [Certificate] {
    switch source {
    case .pair(let chain, let key):
      return read(chain: chain, key: key) { error, file in
        note("\(error)", file == chain ? "chain" : "key", neighbour(of: file))
      }.map { [$0] } ?? []
    case .directory(let path):
      guard let names = DirectoryListing.names(in: path) else {
        note("\(path) is no directory that can be read", "directory", neighbour(of: path))
        return []
      }
      let pairs = names.filter { $0.hasSuffix(".pem") }.map { String($0.dropLast(4)) }
        .filter { names.contains("\($0).key") }.sorted()
      return pairs.compactMap { name in
        read(chain: "\(path)/\(name).pem", key: "\(path)/\(name).key") { error, _ in note("\(error)", "directory", nil)
        }
      }
    }
  }

  /// `nil` where it was told of what is wrong: with both files, where both can't be read.
  private static func read(
    chain: String, key: String, noting note: (_ error: CertificateError, _ file: String) -> Void
  ) -> Certificate? {
    func octets(of file: String) -> [UInt8]? {
      do throws(CertificateError) { return try Certificate.read(file) } catch {
        note(error, file)
        return nil
      }
    }
    let (chainPEM, keyPEM) = (octets(of: chain), octets(of: key))
    guard let chainPEM, let keyPEM else { return nil }
    do throws(CertificateError) {
      return try Certificate(chainPEM: chainPEM, from: chain, keyPEM: keyPEM, from: key)
    } catch {
      note(error, error.file)
      return nil
    }
  }

  /// What is called nearly so in the same directory, where nothing is called so.
  static func neighbour(of file: String) -> String? {
    let parts = file.split(separator: "/", omittingEmptySubsequences: true)
    guard let name = parts.last.map(String.init) else { return nil }
    let folder = file.dropLast(file.hasSuffix("/") ? 1 : 0).dropLast(name.count)
    guard let names = DirectoryListing.names(in: folder.isEmpty ? "." : String(folder)), !names.contains(name) else {
      return nil
    }
    return Suggestion.closest(to: name, among: Array(names))
  }
}
