/// Where the values of a configuration's main file stand, for what shows only when they are put to use: a certificate
/// that cannot be read, an address that is taken. Any thread.
public struct ConfigurationPlaces: Sendable {
  /// One step from the file's root towards a value.
  public enum Step: Equatable, Sendable {
    case key(String)
    /// An item of a list, from 0.
    case item(Int)
  }

  private let file: String
  private let root: Node?

  /// Of a configuration that stands in no file: everything is said of it as a whole.
  ///
  /// - Parameter name: what stands for the file in messages.
  public init(of name: String) { (file, root) = (name, nil) }

  init(file: String, root: Node) { (self.file, self.root) = (file, root) }

  /// What is wrong with a value that was decoded.
  ///
  /// - Parameters:
  ///   - message: may repeat what comes from outside: it is escaped for a terminal.
  ///   - path: to the value; where the file leaves it out, the last on the way to it that is there is meant.
  ///   - suggestion: what was probably meant.
  public func diagnostic(_ message: String, at path: [Step], suggestion: String? = nil) -> Diagnostic {
    let place = place(of: path)
    return Diagnostic(
      file: file, line: place?.line ?? 0, column: place?.column ?? 0, message: escaped(message),
      suggestion: suggestion.map(escaped))
  }

  private func place(of path: [Step]) -> Place? {
    guard var node = root else { return nil }
    for step in path {
      guard let next = node[step] else { break }
      node = next
    }
    return node.place
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
