/// Where the values of a configuration's files stand, for what shows only when they are put to use: a certificate that
/// cannot be read, an address that is taken. Any thread.
public struct ConfigurationPlaces: Sendable {
  /// One step from a file's root towards a value.
  public enum Step: Equatable, Sendable {
    case key(String)
    /// An item of a list, from 0; of lists that included files add to, those of the main file alone are found.
    case item(Int)
  }

  private let name: String
  /// The main file, and then those that it includes.
  private var files: [(name: String, root: Node)] = []

  /// Of a configuration that stands in no file: everything is said of it as a whole.
  ///
  /// - Parameter name: what stands for the file in messages.
  public init(of name: String) { self.name = name }

  init(file: String, root: Node) {
    name = file
    add(file: file, root: root)
  }

  /// One more file, whose names are none of the others'.
  mutating func add(file: String, root: Node) { files.append((file, root)) }

  /// What is wrong with a value that was decoded.
  ///
  /// - Parameters:
  ///   - message: may repeat what comes from outside: it is escaped for a terminal.
  ///   - path: to the value; where the file leaves it out, the last on the way to it that is there is meant.
  ///   - suggestion: what was probably meant.
  public func diagnostic(_ message: String, at path: [Step], suggestion: String? = nil) -> Diagnostic {
    let found = place(of: path)
    return Diagnostic(
      file: found?.file ?? name, line: found?.place.line ?? 0, column: found?.place.column ?? 0,
      message: escaped(message), suggestion: suggestion.map(escaped))
  }

  /// In the file that has most of the way; in the main one, where none has more.
  private func place(of path: [Step]) -> (file: String, place: Place)? {
    var best: (steps: Int, file: String, place: Place)?
    for (file, root) in files {
      var node = root
      var steps = 0
      while steps < path.count, let next = node[path[steps]] {
        node = next
        steps += 1
      }
      if steps > best?.steps ?? -1 { best = (steps, file, node.place) }
    }
    return best.map { ($0.file, $0.place) }
  }
}

extension Node {
  fileprivate subscript(step: ConfigurationPlaces.Step) -> Node? {
    switch step {
    case .key(let key): return self[key]
    case .item(let index):
      guard case .list(let items) = content, items.indices.contains(index) else { return nil }
      return items[index]
    }
  }
}
