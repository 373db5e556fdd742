import CLinux
import Glibc
import Time

/// Threads that are started one by one and joined together. What a thread's closure captures is sent to it, so that
/// what is born there stays there.
public struct Threads: ~Copyable {
  private var threads: [(handle: pthread_t, name: String)] = []

  public init() {}

  /// - Parameter name: as `top -H` shows it, up to 15 octets.
  public mutating func start(name: String, _ body: sending @escaping () -> Void) throws(SystemError) {
    let box = unsafe Unmanaged.passRetained(Body(body))
    var handle = pthread_t()
    // Proof: the box is retained for the thread, which takes it over exactly once.
    let code = unsafe pthread_create(
      &handle, nil,
      { argument in
        if let argument = unsafe argument { unsafe Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run() }
        return nil
      }, box.toOpaque())
    guard code == 0 else {
      unsafe box.release()
      throw SystemError("pthread_create", code: code)
    }
    unsafe clinux_name_thread(handle, name)
    threads.append((handle, name))
  }

  /// Waits until all have ended.
  public mutating func join() {
    for thread in threads { _ = pthread_join(thread.handle, nil) }
    threads = []
  }

  /// Waits until all have ended, or the deadline comes.
  ///
  /// - Returns: the names of those that have not ended; they may be waited for once more.
  public mutating func join(by deadline: Instant) -> [String] {
    threads.removeAll { clinux_join($0.handle, deadline.sinceStart.count) == 0 }
    return threads.map(\.name)
  }
}

private final class Body {
  let run: () -> Void
  init(_ run: sending @escaping () -> Void) { self.run = run }
}
