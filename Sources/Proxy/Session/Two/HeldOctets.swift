import Bytes

/// Octets of a body that wait, in the order in which they came, however small the pieces were.
struct HeldOctets {
  private var octets: [UInt8] = []
  /// Octets that are gone already.
  private var start = 0

  var count: Int { octets.count - start }
  var isEmpty: Bool { count == 0 }

  mutating func append(_ more: Span<UInt8>) { octets.append(more) }

  /// Lends the first octets.
  ///
  /// - Parameter limit: up to so many, 0 or more.
  func withFirst<Result>(_ limit: Int, _ body: (Span<UInt8>) -> Result) -> Result {
    body(octets.span.extracting(start..<start + Swift.min(limit, count)))
  }

  /// - Parameter octets: up to `count`.
  mutating func removeFirst(_ number: Int) {
    start += number
    guard start < octets.count else {
      self = HeldOctets()
      return
    }
    // Each octet is moved once for each time that half of them have gone.
    guard start > octets.count / 2 else { return }
    octets.removeFirst(start)
    start = 0
  }
}
