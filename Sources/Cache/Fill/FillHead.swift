/// What a reader of a fill learns of its head.
public enum FillHead: Sendable {
  /// It has not come: the reader's worker is told when there is news.
  case waiting
  /// - Parameter length: of the body, as far as the origin said or it is whole.
  case ready(StoredHead, length: Int?)
  /// It answers other selecting fields than this reader's: look up anew.
  case otherVariant
  /// It may not be shared: look up anew.
  case released(Refusal)
  case failed(FillFailure)
}
