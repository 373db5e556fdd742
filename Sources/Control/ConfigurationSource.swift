import Configuration
import EventLoop
import TLS
import Time

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
  func load(_ rule: LapseRule) throws(ConfigurationError) -> LoadedConfiguration {
    try read(rule) { path, others throws(OutputFileError) in
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
    let loaded = try read(.refused) { path, _ throws(OutputFileError) in
      try OutputFile.probe(appendingTo: path)
      return nil
    }
    return ConfigurationSummary(of: loaded)
  }

  /// The file and what it includes, certificates, and the log.
  ///
  /// - Parameters:
  ///   - rule: for certificates that are out of their time.
  ///   - openLog: is given the log's path and what else is wrong.
  private func read(
    _ rule: LapseRule, openLog: (String, [Diagnostic]) throws(OutputFileError) -> LogFile?
  ) throws(ConfigurationError) -> LoadedConfiguration {
    var found: [Diagnostic] = []
    var warnings: [Diagnostic] = []
    let (configuration, places): (Configuration, ConfigurationPlaces)
    let tls: LoadedTLS
    switch self {
    case .file(let path):
      (configuration, places) = try Configuration.read(path: path)
      tls = LoadedTLS(configuration, rule, at: .readClock()) { message, path, suggestion in
        found.append(places.diagnostic(message, at: path, suggestion: suggestion))
      } warning: { message, path, suggestion in
        warnings.append(places.diagnostic(message, at: path, suggestion: suggestion))
      }
    case .value(let value, let sets):
      (configuration, places) = (value, ConfigurationPlaces(of: name))
      tls = LoadedTLS(configuration, sets: sets) { message, path, suggestion in
        found.append(places.diagnostic(message, at: path, suggestion: suggestion))
      }
    }
    let profiles = Self.effective(configuration) { message, path in
      found.append(places.diagnostic(message, at: path))
    }
    let anchors = LoadedAnchors(configuration) { message, path, suggestion in
      found.append(places.diagnostic(message, at: path, suggestion: suggestion))
    }
    configuration.warn { message, path in warnings.append(places.diagnostic(message, at: path)) }
    var log: LogFile?
    if case .file(let path) = configuration.log.access {
      do throws(OutputFileError) { log = try openLog(path, found) } catch {
        let message = "the access log cannot be written: \(error)"
        found.append(places.diagnostic(message, at: [.key("log"), .key("access")]))
      }
    }
    if let error = ConfigurationError(found: found) { throw error }
    return LoadedConfiguration(
      configuration: configuration, places: places, tls: tls, anchors: anchors, profiles: profiles, log: log,
      warnings: warnings)
  }

  /// What each TLS profile comes to here. An OpenSSL that cannot speak one is found before a worker does.
  private static func effective(
    _ configuration: Configuration, noting note: (_ message: String, _ path: [ConfigurationPlaces.Step]) -> Void
  ) -> [EffectiveProfile] {
    configuration.tls.compactMap { profile in
      do throws(TLSError) { return try EffectiveProfile(of: TLSProfile(profile.profile)) } catch {
        note("\(error)", [.key("tls"), .key(profile.name), .key("profile")])
        return nil
      }
    }
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
  let tls: LoadedTLS
  let anchors: LoadedAnchors
  /// In the order of the configuration's TLS profiles.
  let profiles: [EffectiveProfile]
  /// The access log, where it is a file and was opened.
  let log: LogFile?
  /// What operators should know of it, though it can be served.
  let warnings: [Diagnostic]
}

extension TLSProfile {
  /// As the configuration has it.
  init(_ profile: TLSProfileName) {
    self =
      switch profile {
      case .modern: .modern
      case .intermediate: .intermediate
      }
  }
}
