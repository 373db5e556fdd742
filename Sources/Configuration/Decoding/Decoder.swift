/// The state of one decoding: what was found wrong, what was defined, and what was referred to. One thread.
struct Decoder {
  /// What has a name that others refer to, or that only one may have.
  enum Kind: String, CaseIterable {
    case listener, profile, pool, site, server, route, host, address, include

    /// For messages: whose name it is.
    var noun: String {
      switch self {
      case .profile: "TLS profile"
      case .include: "included file"
      default: rawValue
      }
    }
  }

  struct Reference {
    let kind: Kind
    let name: String
    let place: Place
  }

  struct Include {
    let path: String
    let place: Place
  }

  /// The files in the order of their reading, as messages name them.
  private(set) var files: [String] = []
  private var found: [(place: Place, message: String, suggestion: String?)] = []
  /// Whether more was found wrong than is told.
  private(set) var isCut = false
  private var definitions: [Kind: [String: Place]] = [:]
  private var references: [Reference] = []
  private(set) var includes: [Include] = []
  private var nodes = 0

  /// The index of a file for its places.
  mutating func add(file: String) -> Int {
    files.append(file)
    return files.count - 1
  }

  /// Counts a node; `false` where there are too many.
  mutating func takeNode() -> Bool {
    nodes += 1
    return nodes <= YAMLLimits.nodes
  }

  mutating func note(_ message: String, at place: Place, suggestion: String? = nil) {
    guard found.count < Configuration.diagnosticsLimit else {
      isCut = true
      return
    }
    found.append((place, message, suggestion))
  }

  /// Says that a value is not what it should be.
  mutating func expected(_ what: String, _ node: Node, suggestion: String? = nil) {
    if case .refused = node.content { return }
    note("expected \(what), got \(node.found)", at: node.place, suggestion: suggestion)
  }

  /// Notes a name; the second of a kind is an error.
  mutating func define(_ kind: Kind, _ name: String, at place: Place) {
    if let first = definitions[kind]?[name] {
      note("second \(kind.noun) \(quoted(name)) (the first is at \(description(of: first)))", at: place)
    } else {
      definitions[kind, default: [:]][name] = place
    }
  }

  /// Ends the scope of names, such as those of one pool's servers.
  mutating func forget(_ kind: Kind) { definitions[kind] = nil }

  mutating func refer(to kind: Kind, _ name: String, at place: Place) {
    references.append(Reference(kind: kind, name: name, place: place))
  }

  /// Notes a file to be read after this one; the key's bound is theirs.
  mutating func include(_ path: String, at place: Place) {
    define(.include, path, at: place)
    includes.append(Include(path: path, place: place))
  }

  /// A path of the file, taken relative to the directory of the file.
  func resolve(_ path: String, at place: Place) -> String {
    guard !path.hasPrefix("/"), files.indices.contains(place.file),
      let slash = files[place.file].lastIndex(of: "/")
    else { return path }
    return files[place.file][...slash] + path
  }

  /// Looks at all that was referred to; call once, when every file has been decoded.
  mutating func resolveReferences() {
    for reference in references where !isCut && definitions[reference.kind]?[reference.name] == nil {
      let names = definitions[reference.kind].map { Array($0.keys) } ?? []
      note(
        "no \(reference.kind.noun) \(quoted(reference.name))", at: reference.place,
        suggestion: Suggestion.closest(to: reference.name, among: names))
    }
    references = []
  }

  func hasErrors(in file: Int) -> Bool { found.contains { $0.place.file == file } }

  /// What was found wrong, in the files' order; `nil` where nothing was.
  var error: ConfigurationError? {
    guard !found.isEmpty else { return nil }
    let diagnostics = found.enumerated().sorted { ($0.element.place, $0.offset) < ($1.element.place, $1.offset) }
      .map { _, entry in
        Diagnostic(
          file: files.indices.contains(entry.place.file) ? files[entry.place.file] : "", line: entry.place.line,
          column: entry.place.column, message: entry.message, suggestion: entry.suggestion)
      }
    return ConfigurationError(diagnostics: diagnostics, isCut: isCut)
  }

  private func description(of place: Place) -> String {
    let file = files.indices.contains(place.file) ? files[place.file] : ""
    return "\(file):\(place.line):\(place.column)"
  }
}
