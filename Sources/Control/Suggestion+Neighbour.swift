import Configuration
import EventLoop

extension Suggestion {
  /// What is called nearly so in the same directory, where nothing is called so.
  static func neighbour(of file: String) -> String? {
    let parts = file.split(separator: "/", omittingEmptySubsequences: true)
    guard let name = parts.last.map(String.init) else { return nil }
    let folder = file.dropLast(file.hasSuffix("/") ? 1 : 0).dropLast(name.count)
    guard let names = DirectoryListing.names(in: folder.isEmpty ? "." : String(folder)), !names.contains(name) else {
      return nil
    }
    return closest(to: name, among: Array(names))
  }
}
