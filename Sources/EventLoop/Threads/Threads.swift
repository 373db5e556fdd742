import CLinux
import Glibc

/// Threads that are started one by one and joined together. What a thread's closure captures is sent to it, so that
/// what is born there stays there.
public struct Threads: ~Copyable {
  private var handles: [pthread_t] = []

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
    handles.append(handle)
  }

  /// Waits until all have ended.
  public mutating func join() {
    for handle in handles { _ = pthread_join(handle, nil) }
    handles = []
  }
}

private final class Body {
  let run: () -> Void
  init(_ run: sending @escaping () -> Void) { self.run = run }
}
