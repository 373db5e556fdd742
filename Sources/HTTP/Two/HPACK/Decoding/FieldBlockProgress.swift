/// How far a field block has come.
public enum FieldBlockProgress: Hashable, Sendable {
  /// A CONTINUATION must follow.
  case more
  /// It is whole, and says what may be said.
  case whole
  /// It is whole and must be refused: a stream error (RFC 9113 §8.1.1).
  case malformed(HeadFault)
  /// It is whole and understood, and the answer is an error: 414, 417 or 431.
  case refused(HeadError)
}
