import Configuration
import EventLoop
import Proxy
import TLS

/// The certificates that a configuration names, read and checked, before anyone serves them.
struct LoadedCertificates: Sendable {
  private let sets: [(settings: TLSSettings, set: CertificateSet)]

  /// Reads all files, which blocks: at start and on the utility thread.
  init(_ configuration: Configuration) throws(CertificateError) {
    var sets: [(TLSSettings, CertificateSet)] = []
    for profile in configuration.tls {
      var certificates: [Certificate] = []
      for source in profile.certificates {
        switch source {
        case .pair(let chain, let key): certificates.append(try Certificate(chainFile: chain, keyFile: key))
        case .directory(let path):
          for name in try Self.pairs(in: path) {
            certificates.append(try Certificate(chainFile: "\(path)/\(name).pem", keyFile: "\(path)/\(name).key"))
          }
        }
      }
      sets.append((Self.settings(of: profile), try CertificateSet(certificates, of: "tls entry `\(profile.name)`")))
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

  /// The names that have both `NAME.pem` and `NAME.key`, in order.
  private static func pairs(in path: String) throws(CertificateError) -> [String] {
    guard let names = DirectoryListing.names(in: path) else {
      throw CertificateError(file: path, reason: .unreadable("it is no directory that can be read"))
    }
    return names.filter { $0.hasSuffix(".pem") }.map { String($0.dropLast(4)) }
      .filter { names.contains("\($0).key") }.sorted()
  }
}
