/// What one YAML file says, decoded, validated and completed with defaults that are right for the public internet.
/// A value: made on the utility thread, compiled into snapshots by Control, read by anyone.
public struct Configuration: Equatable, Sendable {
  /// Worker threads, 1 to 256. Default (`nil`): one per core.
  public var workers: Int?
  /// Where clients connect, at least one.
  public var listeners: [ListenerConfiguration] = []
  /// TLS profiles by name, in the file's order.
  public var tls: [TLSProfileConfiguration] = []
  public var cache = CacheConfiguration()
  /// Pools by name, in the file's order; those of included files come after it.
  public var pools: [PoolConfiguration] = []
  /// Sites in the file's order; those of included files come after it.
  public var sites: [SiteConfiguration] = []
  public var admin = AdminConfiguration()
  public var log = LogConfiguration()
  public var limits = LimitsConfiguration()

  public init() {}
}

extension Configuration {
  /// So many errors are told at most.
  public static let diagnosticsLimit = 100

  /// Reads, decodes and validates a file and what it includes. Blocks on the disk: for start-up and the utility thread.
  public static func load(path: String) throws(ConfigurationError) -> Configuration { try read(path: path).0 }

  /// The same, with the places of what the file says, for who puts it to use.
  public static func read(path: String) throws(ConfigurationError) -> (Configuration, ConfigurationPlaces) {
    let text: [UInt8]
    do throws(SourceFileError) { text = try SourceFile.read(path) } catch {
      let message = "cannot read the configuration: \(error)"
      throw ConfigurationError(diagnostics: [Diagnostic(file: path, line: 0, column: 0, message: message)])
    }
    return try read(text, file: path) { path throws(SourceFileError) in try SourceFile.read(path) }
  }

  /// Decodes and validates what was read already.
  ///
  /// - Parameters:
  ///   - text: the file's octets, any.
  ///   - file: its path, for messages and for relative paths in it.
  ///   - include: reads an included file.
  /// - Throws: all that is wrong, at once.
  public static func decode(
    _ text: [UInt8], file: String,
    include: (String) throws(SourceFileError) -> [UInt8] = { _ throws(SourceFileError) in
      throw SourceFileError("nothing is included here")
    }
  ) throws(ConfigurationError) -> Configuration { try read(text, file: file, include: include).0 }

  static func read(
    _ text: [UInt8], file: String, include: (String) throws(SourceFileError) -> [UInt8]
  ) throws(ConfigurationError) -> (Configuration, ConfigurationPlaces) {
    var decoder = Decoder()
    let index = decoder.add(file: file)
    let start = Place(file: index, line: 1, column: 1)
    var octets = text.count
    var configuration = Configuration()
    var places = ConfigurationPlaces(of: file)
    if text.count > YAMLLimits.fileOctets {
      decoder.note("more than \(Quantity.text(octets: YAMLLimits.fileOctets)) in the file", at: start)
    } else if let root = NodeReader.read(text, file: index, into: &decoder) {
      configuration = Configuration.decode(root, &decoder) ?? configuration
      places = ConfigurationPlaces(file: file, root: root)
      for inclusion in decoder.includes {
        if let root = configuration.add(inclusion, octets: &octets, &decoder, include: include) {
          places.add(file: inclusion.path, root: root)
        }
      }
      configuration.checkWhole(root, &decoder)
    } else if decoder.error == nil {
      decoder.note("an empty configuration; it needs `listeners` and `sites` at least", at: start)
    }
    if let error = decoder.error { throw error }
    return (configuration, places)
  }

  /// The JSON Schema (draft 2020-12) of the file, for editors.
  public static func schema() -> String {
    let members =
      [("$schema", Schema.text("https://json-schema.org/draft/2020-12/schema")), ("title", Schema.text("yett.yaml"))]
      + Schema.section(Configuration.self).members
    return "{" + members.map { "\(Schema.text($0.0)): \($0.1)" }.joined(separator: ", ") + "}\n"
  }

  /// - Returns: the root of the included file, where it could be read.
  private mutating func add(
    _ inclusion: Decoder.Include, octets: inout Int, _ decoder: inout Decoder,
    include: (String) throws(SourceFileError) -> [UInt8]
  ) -> Node? {
    let text: [UInt8]
    do throws(SourceFileError) { text = try include(inclusion.path) } catch {
      decoder.note("cannot read the included file \(quoted(inclusion.path)): \(error)", at: inclusion.place)
      return nil
    }
    octets += text.count
    guard text.count <= YAMLLimits.fileOctets, octets <= YAMLLimits.totalOctets else {
      let (one, all) = (Quantity.text(octets: YAMLLimits.fileOctets), Quantity.text(octets: YAMLLimits.totalOctets))
      decoder.note("more than \(one) in \(quoted(inclusion.path)), or \(all) in all files", at: inclusion.place)
      return nil
    }
    let index = decoder.add(file: inclusion.path)
    guard let root = NodeReader.read(text, file: index, into: &decoder) else {
      if !decoder.hasErrors(in: index) {
        decoder.note("an empty file is included as \(quoted(inclusion.path))", at: inclusion.place)
      }
      return nil
    }
    guard let included = IncludedConfiguration.decode(root, &decoder) else { return nil }
    pools += included.pools
    sites += included.sites
    return root
  }

  /// What can be seen only when every file has been decoded.
  private func checkWhole(_ root: Node, _ decoder: inout Decoder) {
    decoder.resolveReferences()
    if sites.isEmpty, root["sites"] == nil, root.isMapping {
      decoder.note("no site, neither here nor in an included file", at: root.place)
    }
    for (listener, node) in zip(listeners, root["listeners"]?.mappings ?? []) {
      guard let target = listener.redirectTo, let place = node["redirect_to"]?.place else { continue }
      if target == listener.name {
        decoder.note("listener \(quoted(target)) redirects to itself", at: place)
      } else if listeners.contains(where: { $0.name == target && $0.redirectTo != nil }) {
        decoder.note("listener \(quoted(target)) redirects too; name the one that serves sites", at: place)
      }
    }
  }
}

extension Configuration: Section {
  static let noun = "a configuration"
  static let defaults = Configuration()
  static let keys: [Key<Self>] = [
    Key("workers", \.workers, .integer(1...256), "Worker threads; one per core unless set."),
    Key(
      "include", .list(of: .inclusion, atMost: YAMLLimits.includes),
      "Files with `pools` and `sites` of their own, relative to this one."
    ) { _, _ in },
    Key(
      "listeners", \.listeners, .list(of: .section, atLeast: 1, atMost: 256), isRequired: true, "Where clients connect."
    ),
    Key("tls", \.tls, .named(\.name, .profile), "TLS profiles by name."),
    Key("cache", \.cache, .section, "The cache in memory that all workers share."),
    Key("pools", \.pools, .named(\.name, .pool), "Pools of servers by name."),
    Key("sites", \.sites, .list(of: .section, atMost: 4_096), "Public bodies and services, with hosts and routes."),
    Key("admin", \.admin, .section, "Where Yett itself is watched and commanded."),
    Key("log", \.log, .section, "The access log."),
    Key("limits", \.limits, .section, "What one client may take."),
  ]
}

/// What an included file may hold: a body's own pools and sites.
struct IncludedConfiguration: Section {
  var pools: [PoolConfiguration] = []
  var sites: [SiteConfiguration] = []

  static let noun = "an included file"
  static let defaults = IncludedConfiguration()
  static let keys: [Key<Self>] = [
    Key("pools", \.pools, .named(\.name, .pool), "Pools of servers by name."),
    Key("sites", \.sites, .list(of: .section, atMost: 4_096), "Public bodies and services, with hosts and routes."),
  ]
}

extension ValueType where Value == String {
  /// A file that is read after this one.
  fileprivate static var inclusion: ValueType {
    let path = ValueType.path("a file")
    return ValueType(path.schema) { node, decoder in
      guard let file = path.decode(node, &decoder) else { return nil }
      decoder.include(file, at: node.place)
      return file
    }
  }
}
