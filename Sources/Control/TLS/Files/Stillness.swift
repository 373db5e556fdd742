/// When something on a disk that others write is to be read: once it has kept still for a look. What does not check
/// then may be half of a change, and is read again; after three times it is wrong. Looks at nothing itself.
struct Stillness<Mark: Equatable & Sendable>: Sendable {
  enum Advice: Equatable {
    case leave
    /// What is wrong now is wrong for good, where it is the last time.
    case read(isLast: Bool)
  }

  static var attempts: Int { 3 }

  /// What was seen last.
  private(set) var seen: Mark
  private var isSettled: Bool
  private var looks = 0

  /// - Parameter isSettled: whether it was read as it is.
  init(_ mark: Mark, isSettled: Bool) { (seen, self.isSettled) = (mark, isSettled) }

  /// What follows from another look.
  mutating func after(_ mark: Mark) -> Advice {
    guard mark == seen else {
      (seen, isSettled, looks) = (mark, false, 0)
      return .leave
    }
    guard !isSettled else { return .leave }
    looks += 1
    return .read(isLast: looks >= Self.attempts)
  }

  /// What was seen last was taken, or given up: it is read no more until it changes.
  mutating func settle() { isSettled = true }
}
