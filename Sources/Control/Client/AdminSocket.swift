import Configuration
import EventLoop

/// Where the admin socket is unless the configuration says.
public enum AdminSocket {
  /// The socket that a configuration file names, else the default. Blocks on the disk.
  ///
  /// - Returns: `nil` where there is neither.
  public static func path(for configuration: AdminConfiguration?) -> String? { configuration?.socket ?? defaultPath }

  /// Of this user and environment; `nil` where it names no run-time directory. Any thread.
  public static var defaultPath: String? {
    defaultPath(isRoot: ProcessFacts.isRoot, runtimeDirectory: ProcessFacts.environment("XDG_RUNTIME_DIR"))
  }

  /// `/run/yett/admin.sock` for root, else in the user's run-time directory; `nil` without one.
  static func defaultPath(isRoot: Bool, runtimeDirectory: String?) -> String? {
    if isRoot { return "/run/yett/admin.sock" }
    guard let directory = runtimeDirectory, directory.hasPrefix("/") else { return nil }
    let trimmed = directory.hasSuffix("/") ? String(directory.dropLast()) : directory
    return "\(trimmed)/yett/admin.sock"
  }

  /// Makes the folder of the default path, which is nobody else's to make. Its parent is the system's. Blocks on the
  /// disk; where it fails, opening the socket says so.
  public static func makeFolder() {
    guard let path = defaultPath, let slash = path.lastIndex(of: "/") else { return }
    _ = ProcessFacts.makeDirectory(String(path[..<slash]), permissions: 0o755)
  }
}
