import Bytes

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

/// What a reader of a fill learns of its body.
public enum FillBody: Sendable {
  /// The next octets, at most as many as were asked for and at least one.
  case octets(Slice)
  /// There are no more yet: the reader's worker is told when there are.
  case waiting
  /// The body is whole.
  case end
  /// The body can't be finished.
  case failed(FillFailure)
  /// The reader lagged behind for too long, and what it wanted is gone.
  case cut
}

/// What its owner learns by adding to a fill.
public struct FillProgress: Sendable {
  /// Workers whose readers wait for what was added; each is to be told once.
  public let notify: WorkerSet
  /// Whether to read no more of the origin until a reader says `wakesOwner`.
  public let pauses: Bool
}

/// How a fill began.
public enum FillBeginning: Sendable {
  /// The answer may be shared: its body goes into the fill, and its asker reads it there.
  case shared(StoredHead, notify: WorkerSet)
  /// It goes to its asker alone, past the cache. The fill is over.
  case released(Refusal, notify: WorkerSet)
}
