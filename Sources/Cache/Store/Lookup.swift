/// What a look-up comes to.
public enum Lookup: ~Copyable {
  /// Fresh, from memory.
  case hit(StoredResponse)
  /// Another request fetches the same: read there.
  case wait(FillReader)
  /// Fetch it, with a GET of the cache's own: without `Range`, condition and body. `FillWriter.join` gives the asker
  /// its place among the readers.
  case fill(FillWriter)
  /// Fetch it past the cache, as the client sent it.
  case pass(CacheStatus.Forward)
}
