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
  ///
  /// - Throws: all that is wrong with it.
  func load() throws(ConfigurationError) -> LoadedConfiguration {
    try read { path, others throws(OutputFileError) in
      // Opened for nothing, the reader of a FIFO would see its end.
      if others.isEmpty { return try LogFile(appendingTo: path) }
      try OutputFile.probe(appendingTo: path)
      return nil
    }
  }

  /// Whether it could be served, as far as that can be said while another Yett may have its addresses: what
  /// `yett check` asks. Blocks on disks, and makes no file.
  ///
  /// - Throws: all that is wrong with it.
  public func check() throws(ConfigurationError) -> ConfigurationSummary {
    let loaded = try read { path, _ throws(OutputFileError) in
      try OutputFile.probe(appendingTo: path)
      return nil
    }
    return ConfigurationSummary(of: loaded)
  }

  /// The file and what it includes, certificates, and the log.
  ///
  /// - Parameter openLog: is given the log's path and what else is wrong.
  private func read(
    openLog: (String, [Diagnostic]) throws(OutputFileError) -> LogFile?
  ) throws(ConfigurationError) -> LoadedConfiguration {
    var found: [Diagnostic] = []
    let (configuration, places): (Configuration, ConfigurationPlaces)
    let certificates: LoadedCertificates
    switch self {
    case .file(let path):
      (configuration, places) = try Configuration.read(path: path)
      certificates = LoadedCertificates(configuration) { message, path, suggestion in
        found.append(places.diagnostic(message, at: path, suggestion: suggestion))
      }
    case .value(let value, let sets):
      (configuration, places) = (value, ConfigurationPlaces(of: name))
      certificates = LoadedCertificates(configuration, sets: sets)
    }
    let anchors = LoadedAnchors(configuration) { message, path, suggestion in
      found.append(places.diagnostic(message, at: path, suggestion: suggestion))
    }
    var log: LogFile?
    if case .file(let path) = configuration.log.access {
      do throws(OutputFileError) { log = try openLog(path, found) } catch {
        let message = "the access log cannot be written: \(error)"
        found.append(places.diagnostic(message, at: [.key("log"), .key("access")]))
      }
    }
    if let error = ConfigurationError(found: found) { throw error }
    return LoadedConfiguration(
      configuration: configuration, places: places, certificates: certificates, anchors: anchors, log: log)
  }

  /// What is wrong with the whole, not with a line of it.
  func refusal(_ message: String) -> ConfigurationError {
    ConfigurationError(diagnostics: [Diagnostic(file: name, line: 0, column: 0, message: message)])
  }
}

/// A configuration with everything that was read for it, before anyone serves it.
struct LoadedConfiguration: Sendable {
  let configuration: Configuration
  let places: ConfigurationPlaces
  let certificates: LoadedCertificates
  let anchors: LoadedAnchors
  /// The access log, where it is a file and was opened.
  let log: LogFile?
}
