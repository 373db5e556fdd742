import Configuration
import EventLoop
import TLS

/// Where a configuration comes from, at the start and at each reload.
public enum ConfigurationSource: Sendable {
  /// The path of a YAML file.
  case file(String)
  /// A configuration that was made, with the certificates that its TLS profiles have, by profile: for `yett demo` and
  /// tests. A reload takes the same once more.
  case value(Configuration, certificates: [String: CertificateSet])

  /// For messages.
  var name: String {
    switch self {
    case .file(let path): path
    case .value: "the built-in configuration"
    }
  }

  /// Reads and validates everything that a snapshot is made of, and opens the access log. Blocks on disks: at the start
  /// and on the utility thread.
  func load() throws(ConfigurationError) -> LoadedConfiguration {
    var loaded = try read()
    if case .file(let path) = loaded.configuration.log.access {
      do throws(OutputFileError) { loaded.log = try LogFile(appendingTo: path) } catch {
        throw refusal("the access log cannot be written: \(error)")
      }
    }
    return loaded
  }

  /// The file and what it includes, and certificates.
  private func read() throws(ConfigurationError) -> LoadedConfiguration {
    let configuration: Configuration
    let certificates: LoadedCertificates
    switch self {
    case .file(let path):
      configuration = try Configuration.load(path: path)
      do throws(CertificateError) { certificates = try LoadedCertificates(configuration) } catch {
        throw refusal("a certificate cannot be used: \(error)")
      }
    case .value(let value, let sets):
      configuration = value
      certificates = LoadedCertificates(configuration, sets: sets)
    }
    return LoadedConfiguration(configuration: configuration, certificates: certificates)
  }

  /// What is wrong with the whole, not with a line of it.
  func refusal(_ message: String) -> ConfigurationError {
    ConfigurationError(diagnostics: [Diagnostic(file: name, line: 0, column: 0, message: message)])
  }
}

extension ConfigurationSource {
  /// Whether it could be served, as far as that can be said without opening anything: what `yett check` asks. Blocks on
  /// disks.
  ///
  /// - Throws: all that is wrong with it.
  public func check() throws(ConfigurationError) -> Configuration { try read().configuration }
}

/// A configuration with everything that was read for it, before anyone serves it.
struct LoadedConfiguration: Sendable {
  let configuration: Configuration
  let certificates: LoadedCertificates
  /// The access log, where it is a file and was opened.
  var log: LogFile?
}
