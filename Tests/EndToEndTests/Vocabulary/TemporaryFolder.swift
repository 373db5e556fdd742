import Foundation

/// A folder of a test's own, gone with this value. Its path is short: Unix sockets allow 107 octets.
final class TemporaryFolder {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.appending(path: "yett-\(UInt32.random(in: 0 ... .max))").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func path(of name: String) -> String { "\(path)/\(name)" }

  /// Writes a file whole, and returns its path.
  @discardableResult
  func write(_ text: String, to name: String) throws -> String {
    try text.write(toFile: path(of: name), atomically: true, encoding: .utf8)
    return path(of: name)
  }

  func read(_ name: String) throws -> String { try String(contentsOfFile: path(of: name), encoding: .utf8) }
}
