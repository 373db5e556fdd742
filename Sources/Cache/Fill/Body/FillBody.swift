import Bytes

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
