import Glibc
import Synchronization

// Four threads want one `Mutex`. The thread sanitizer must say nothing of it, and must speak of what they change before
// they take it: `make test-tsan` runs this with the argument `mutex` and with the argument `race`.

final class Shared: Sendable { let count = Mutex(0) }

let shared = Shared()
let races = CommandLine.arguments.last == "race"
nonisolated(unsafe) var unguarded = 0

func contend() {
  if races { unguarded += 1 }
  for _ in 0..<20_000 {
    shared.count.withLock { count in
      count += 1
      // Leaves the core with the lock held, so that the others find it taken.
      if count % 64 == 0 { sched_yield() }
    }
  }
}

var threads: [pthread_t] = []
for _ in 0..<4 {
  var thread = pthread_t()
  let result = unsafe pthread_create(
    &thread, nil,
    { _ in
      contend()
      return nil
    }, nil)
  if result == 0 { threads.append(thread) }
}
for thread in threads { pthread_join(thread, nil) }
print(shared.count.withLock { $0 })
