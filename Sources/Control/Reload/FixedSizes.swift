import Configuration
import EventLoop

/// What a running process was made with and keeps until its end.
struct FixedSizes {
  let workers: Int
  let cache: CacheConfiguration

  /// What of a configuration takes effect only with a restart, in words.
  ///
  /// - Parameter cores: so many workers there would be without `workers`.
  func notices(on configuration: Configuration, cores: Int = ProcessFacts.cores) -> [String] {
    var notices: [String] = []
    let wanted = configuration.workers ?? cores
    if wanted != workers {
      notices.append("`workers` is \(wanted) now, which takes a restart; \(workers) go on until then")
    }
    if configuration.cache != cache {
      notices.append("`cache` has changed, which takes a restart; \(cache.memory) octets go on until then")
    }
    return notices
  }
}
