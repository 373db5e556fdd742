/// Why a fill failed, in the terms of those who answer for it.
public struct FillFailure: Error, Equatable, Sendable, CustomStringConvertible {
  /// What whoever has not begun is answered: 502, 503 or 504.
  public let status: UInt16
  /// In words, for the log.
  public let description: String

  public init(status: UInt16, description: String) { (self.status, self.description) = (status, description) }

  /// The body was shorter or longer than the head said.
  static let wrongLength = FillFailure(
    status: 502, description: "the answer's body has not the length that its head said")
  /// Its owner ended without ending it.
  static let abandoned = FillFailure(status: 502, description: "the fetch was given up")
}
