/// Finds what was probably meant by a word that nobody knows.
public enum Suggestion {
  /// Among more candidates nothing is compared: a suggestion is worth no second of waiting.
  static let candidatesLimit = 1_000
  /// Characters; longer words get no suggestion.
  static let wordLimit = 64

  /// The nearest candidate in either case, at most a third of the word's characters away (one at least, three at most);
  /// of equally near ones the first in the alphabet. `nil` also for words of more than 64 characters and among more
  /// than 1,000 candidates.
  public static func closest(to word: String, among candidates: [String]) -> String? {
    let letters = Array(word.lowercased().unicodeScalars.prefix(wordLimit + 1))
    guard letters.count <= wordLimit, !letters.isEmpty, candidates.count <= candidatesLimit else { return nil }
    let furthest = max(1, min(3, letters.count / 3))
    var best: (distance: Int, word: String)?
    for candidate in candidates {
      let other = Array(candidate.lowercased().unicodeScalars.prefix(wordLimit + 1))
      guard other.count <= wordLimit, abs(other.count - letters.count) <= furthest else { continue }
      let found = (distance(letters, other), candidate)
      if found.0 <= furthest, best.map({ found < $0 }) ?? true { best = found }
    }
    return best?.word
  }

  /// `closest` with its candidates.
  static func among(_ candidates: [String]) -> @Sendable (String) -> String? {
    { closest(to: $0, among: candidates) }
  }

  /// Optimal string alignment: insertions, deletions, substitutions, and swaps of neighbours.
  private static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
    var beforeLast = [Int](repeating: 0, count: right.count + 1)
    var last = Array(0...right.count)
    for row in 0..<left.count {
      var current = [row + 1]
      for column in 0..<right.count {
        let substitution = last[column] + (left[row] == right[column] ? 0 : 1)
        var cost = min(substitution, last[column + 1] + 1, current[column] + 1)
        if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
          cost = min(cost, beforeLast[column - 1] + 1)
        }
        current.append(cost)
      }
      (beforeLast, last) = (last, current)
    }
    return last[right.count]
  }
}
