import CLinux
import Glibc

/// A thread of its own. What its closure captures is sent to it, so that what is born there stays there.
public struct Thread: ~Copyable {
  private let handle: pthread_t

  /// - Parameter name: as `top -H` shows it, up to 15 octets.
  public init(name: String, _ body: sending @escaping () -> Void) throws(SystemError) {
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
    self.handle = handle
    unsafe clinux_name_thread(handle, name)
  }

  /// Waits for its end.
  public consuming func join() { _ = pthread_join(handle, nil) }
}

private final class Body {
  let run: () -> Void
  init(_ run: sending @escaping () -> Void) { self.run = run }
}
