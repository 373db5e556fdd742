/// What a configuration may take of memory, whoever wrote it.
enum YAMLLimits {
  /// Lists and mappings within each other.
  static let depth = 32
  /// Octets of one file.
  static let fileOctets = 4 << 20
  /// Octets of all files together.
  static let totalOctets = 16 << 20
  /// Nodes of all files together.
  static let nodes = 400_000
  /// Included files.
  static let includes = 256
}

/// Makes a tree of libyaml's events: no anchors, aliases, tags or merge keys, each key once, one document.
struct NodeReader {
  /// A list or mapping that is still open.
  private struct Level {
    let place: Place
    var isMapping: Bool
    var items: [Node] = []
    var entries: [Node.Entry] = []
    var keys: [String: Int] = [:]
    var key: (text: String, place: Place)?
  }

  private let file: Int
  private var levels: [Level] = []
  private var root: Node?
  private var documents = 0

  private init(file: Int) { self.file = file }

  /// The root of a file; `nil` where it is empty or so broken that nothing can be said about its content.
  ///
  /// - Parameter file: the index that places get.
  static func read(_ text: [UInt8], file: Int, into decoder: inout Decoder) -> Node? {
    var reader = NodeReader(file: file)
    do throws(YAMLFailure) {
      var parser = try YAMLParser(text)
      while true {
        let event = try parser.next()
        if case .streamEnd = event { return reader.root }
        try reader.take(event, at: Place(file: file, line: parser.line, column: parser.column), &decoder)
      }
    } catch {
      decoder.note(error.message, at: Place(file: file, line: error.line, column: error.column))
      return nil
    }
  }

  private mutating func take(_ event: YAMLEvent, at place: Place, _ decoder: inout Decoder) throws(YAMLFailure) {
    switch event {
    case .streamStart, .streamEnd, .documentEnd: break
    case .documentStart:
      documents += 1
      guard documents == 1 else { throw refusal("a second YAML document; one file holds one configuration", place) }
    case .alias:
      decoder.note("an alias; anchors and aliases are not supported, write the value out", at: place)
      try add(Node(place: place, content: .refused), &decoder)
    case .scalar(let text, let isPlain, let isDecorated):
      refuse(isDecorated, at: place, &decoder)
      try add(Node(place: place, content: .scalar(text, isPlain: isPlain)), &decoder)
    case .listStart(let isDecorated):
      refuse(isDecorated, at: place, &decoder)
      try open(Level(place: place, isMapping: false))
    case .mappingStart(let isDecorated):
      refuse(isDecorated, at: place, &decoder)
      try open(Level(place: place, isMapping: true))
    case .listEnd, .mappingEnd:
      guard let level = levels.popLast() else { return }
      let content: Node.Content = level.isMapping ? .mapping(level.entries) : .list(level.items)
      try add(Node(place: level.place, content: content), &decoder)
    }
  }

  private mutating func open(_ level: Level) throws(YAMLFailure) {
    guard levels.count < YAMLLimits.depth else {
      throw refusal("lists and mappings nested more than \(YAMLLimits.depth) deep", level.place)
    }
    if let outer = levels.last, outer.isMapping, outer.key == nil {
      throw refusal("a \(level.isMapping ? "mapping" : "list") where a key belongs", level.place)
    }
    levels.append(level)
  }

  /// Puts a node that is whole into the level that is open.
  private mutating func add(_ node: Node, _ decoder: inout Decoder) throws(YAMLFailure) {
    guard decoder.takeNode() else {
      throw refusal("more than \(YAMLLimits.nodes) values; split the service instead", node.place)
    }
    guard var level = levels.popLast() else {
      root = node
      return
    }
    defer { levels.append(level) }
    guard level.isMapping else {
      level.items.append(node)
      return
    }
    guard let key = level.key else {
      guard case .scalar(let text, let isPlain) = node.content else {
        throw refusal("an alias where a key belongs", node.place)
      }
      if isPlain, text == "<<" { decoder.note("a merge key; write the values out", at: node.place) }
      level.key = (text, node.place)
      return
    }
    level.key = nil
    if let line = level.keys.updateValue(key.place.line, forKey: key.text) {
      decoder.note("second key \(quoted(key.text)) (the first is on line \(line))", at: key.place)
    } else if key.text != "<<" {
      level.entries.append(Node.Entry(key: key.text, place: key.place, value: node))
    }
  }

  private func refuse(_ isDecorated: Bool, at place: Place, _ decoder: inout Decoder) {
    guard isDecorated else { return }
    decoder.note("an anchor or a tag; anchors, aliases and tags are not supported", at: place)
  }

  private func refusal(_ message: String, _ place: Place) -> YAMLFailure {
    YAMLFailure(message: message, line: place.line, column: place.column)
  }
}
