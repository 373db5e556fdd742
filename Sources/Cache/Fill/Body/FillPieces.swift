import Bytes

/// What is kept of a fill's body, in order, and how many readers stand in each piece: those in none have read all. So
/// what all have read is known without a look at each of them.
struct FillPieces {
  private struct Piece {
    /// `nil` where all have read it.
    var slice: Slice?
    /// Where in the body it begins and ends.
    let start: Int
    let end: Int
    var readers: Int
  }

  private var pieces: [Piece] = []
  /// The first that is kept; those before it are cleared away once they are the greater part.
  private var first = 0
  /// Octets of the body that came.
  private(set) var end = 0
  /// Readers that have read all of them.
  private var readersAtEnd = 0

  /// Octets that are kept.
  var held: Int { first < pieces.count ? end - pieces[first].start : 0 }
  /// Where the first piece that is kept ends; all octets where none is.
  var firstEnd: Int { first < pieces.count ? pieces[first].end : end }

  var slices: [Slice] { pieces.compactMap(\.slice) }

  /// Adds a piece that begins by repeating the last octets, in place of the pieces that held them: all of each.
  mutating func append(_ slice: Slice, repeating repeated: Int) {
    let start = end - repeated
    var readers = 0
    while pieces.count > first, let last = pieces.last, last.start >= start {
      readers += last.readers
      pieces.removeLast()
    }
    if slice.count > repeated {
      readers += readersAtEnd
      readersAtEnd = 0
    }
    end = start + slice.count
    pieces.append(Piece(slice: slice, start: start, end: end, readers: readers))
  }

  /// The octets from `position` to the end of their piece; `nil` where they have not come, or are not kept.
  func slice(at position: Int) -> Slice? {
    guard let index = index(of: position) else { return nil }
    return pieces[index].slice?.dropping(first: position - pieces[index].start)
  }

  // MARK: Readers

  /// A reader comes to stand before the octet at `position`, or is there.
  mutating func enter(at position: Int) { count(1, at: position) }

  /// A reader goes away from there.
  mutating func leave(from position: Int) { count(-1, at: position) }

  /// Drops what all have read.
  mutating func dropRead() {
    while first < pieces.count, pieces[first].readers == 0 {
      pieces[first].slice = nil
      first += 1
    }
    guard first > 16, first > pieces.count / 2 else { return }
    pieces.removeFirst(first)
    first = 0
  }

  mutating func removeAll() {
    for piece in pieces { readersAtEnd += piece.readers }
    (pieces, first) = ([], 0)
  }

  private mutating func count(_ change: Int, at position: Int) {
    if let index = index(of: position) { pieces[index].readers += change } else { readersAtEnd += change }
  }

  /// The piece in which the octet lies.
  private func index(of position: Int) -> Int? {
    guard first < pieces.count, pieces[first].start <= position, position < end else { return nil }
    var (low, high) = (first, pieces.count - 1)
    while low < high {
      let middle = (low + high) / 2
      if pieces[middle].end <= position { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
