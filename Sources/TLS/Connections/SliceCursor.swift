import Bytes

/// How far into `Slices` a writer has come.
struct SliceCursor {
  private var index = 0
  private var offset = 0
  /// Octets before the cursor.
  private(set) var passed = 0

  /// What is left of the current slice; `nil` at the end.
  func rest(in slices: borrowing Slices) -> Slice? { slices[index]?.dropping(first: offset) }

  /// Stops at the end.
  mutating func advance(by octets: Int, in slices: borrowing Slices) {
    var left = octets
    while left > 0, let slice = slices[index] {
      let step = min(left, slice.count - offset)
      offset += step
      passed += step
      left -= step
      if offset == slice.count { (index, offset) = (index + 1, 0) }
    }
  }
}
