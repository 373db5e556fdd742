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
