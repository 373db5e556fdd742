/// The one way from an exchange to its session: there is news to pull. The session does so in a turn of its own.
public protocol ExchangeStream: AnyObject {
  /// - Parameter stream: which of the session's streams, as it was named to `Exchange.attach`.
  func exchangeHasNews(stream: UInt32)
}
