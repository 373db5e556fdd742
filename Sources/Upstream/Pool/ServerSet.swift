/// Servers of one pool, by index: those that a fetch has tried, those that may be picked.
public struct ServerSet: Hashable, Sendable {
  /// The most servers of a pool.
  public static let limit = 256

  private var words = SIMD4<UInt64>(repeating: 0)

  public init() {}

  public var isEmpty: Bool { words == SIMD4(repeating: 0) }

  /// 0 to `limit`.
  public var count: Int {
    words[0].nonzeroBitCount + words[1].nonzeroBitCount + words[2].nonzeroBitCount + words[3].nonzeroBitCount
  }

  /// `false` for an index beyond `limit`.
  public func contains(_ index: Int) -> Bool {
    guard index >= 0, index < Self.limit else { return false }
    return words[index >> 6] & 1 << UInt64(index & 63) != 0
  }

  /// An index beyond `limit` is no server's and is left out.
  public mutating func insert(_ index: Int) {
    guard index >= 0, index < Self.limit else { return }
    words[index >> 6] |= 1 << UInt64(index & 63)
  }
}

extension ServerSet: ExpressibleByArrayLiteral {
  public init(arrayLiteral elements: Int...) {
    self.init()
    for element in elements { insert(element) }
  }
}
