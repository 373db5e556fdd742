import Glibc
import Time

/// What the system says of this process. Reads `/proc`, which waits for no disk. Any thread.
public enum ProcessFacts {
  /// Resident memory in octets; `nil` where `/proc` does not tell.
  public static var residentOctets: UInt64? {
    guard let text = text(of: "/proc/self/statm") else { return nil }
    let fields = text.split(separator: " ")
    guard fields.count > 1, let pages = UInt64(fields[1]) else { return nil }
    return pages &* UInt64(clamping: sysconf(Int32(_SC_PAGESIZE)))
  }

  /// Open descriptors; `nil` where `/proc` does not tell.
  public static var openDescriptors: UInt64? {
    // One is of the look itself.
    DirectoryListing.names(in: "/proc/self/fd").map { UInt64(Swift.max($0.count - 1, 0)) }
  }

  /// User and system time of all threads.
  public static var cpu: Nanoseconds? {
    var time = timespec()
    guard unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) == 0 else { return nil }
    return .seconds(Int64(time.tv_sec)) + Nanoseconds(Int64(time.tv_nsec))
  }

  /// Cores that are online, 1 or more.
  public static var cores: Int { Swift.max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

  public static var isRoot: Bool { geteuid() == 0 }

  /// A variable of the environment; `nil` where it is not set or empty. Call before threads are started.
  public static func environment(_ name: String) -> String? {
    // Proof: the string is copied; nobody in this process changes the environment.
    guard let value = unsafe getenv(name) else { return nil }
    let text = unsafe String(cString: value)
    return text.isEmpty ? nil : text
  }

  /// Makes a directory whose parent is there. `true` where it is there already.
  public static func makeDirectory(_ path: String, permissions: UInt32) -> Bool {
    unsafe mkdir(path, permissions) == 0 || errno == EEXIST
  }

  private static func text(of path: String) -> String? {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var octets = [UInt8](repeating: 0, count: 4_096)
    // Proof: `read` writes at most as many octets as the array has.
    let count = unsafe read(descriptor, &octets, octets.count)
    return count > 0 ? String(decoding: octets.prefix(count), as: UTF8.self) : nil
  }
}
