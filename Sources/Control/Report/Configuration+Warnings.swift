import Configuration

extension Configuration {
  /// Tells what is allowed and seldom meant, each with the path to it: said by `yett check`, at the start and at each
  /// reload.
  func warn(_ note: (_ message: String, _ path: [ConfigurationPlaces.Step]) -> Void) {
    for pool in pools where pool.tls?.verify == false {
      note(
        "pool `\(pool.name)` does not verify its servers: whoever is between reads and writes along",
        [.key("pools"), .key(pool.name), .key("tls"), .key("verify")])
    }
  }
}
