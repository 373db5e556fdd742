extension Duration {
  /// As the configuration writes it: `300ms`, `2s`, `5m`, `1h`, `1d`. `nil` for anything else.
  public init?(configured word: String) {
    guard let duration = Quantity.duration(word) else { return nil }
    self = duration
  }
}
