import Configuration

extension Configuration {
  /// What is allowed and seldom meant: said by `yett check`, at the start and at each reload.
  var warnings: [String] {
    pools.filter { $0.tls?.verify == false }.map {
      "pool `\($0.name)` does not verify its servers (`tls: { verify: false }`): whoever is between reads and writes along"
    }
  }
}
