import Glibc

/// The names in a directory. Blocks on the disk.
public enum DirectoryListing {
  /// Without `.` and `..`, in no order; `nil` where it can't be read.
  public static func names(in path: String) -> Set<String>? {
    guard let directory = unsafe opendir(path) else { return nil }
    defer { unsafe closedir(directory) }
    var names: Set<String> = []
    while let entry = unsafe readdir(directory) {
      // Proof: the entry lives until the next call, and its name ends with NUL within its field.
      let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { raw in
        unsafe String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.insert(name) }
    }
    return names
  }
}
