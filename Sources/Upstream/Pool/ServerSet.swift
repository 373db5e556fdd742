/// Servers of one pool, by index: those that a fetch has tried, those that may be picked. One word.
public struct ServerSet: Hashable, Sendable {
  /// The most servers of a pool.
  public static let limit = 64

  private var bits: UInt64 = 0

  public init() {}

  public var isEmpty: Bool { bits == 0 }

  /// 0 to `limit`.
  public var count: Int { bits.nonzeroBitCount }

  /// `false` for an index beyond `limit`.
  public func contains(_ index: Int) -> Bool {
    guard index >= 0, index < Self.limit else { return false }
    return bits & 1 << UInt64(index) != 0
  }

  /// An index beyond `limit` is no server's and is left out.
  public mutating func insert(_ index: Int) {
    guard index >= 0, index < Self.limit else { return }
    bits |= 1 << UInt64(index)
  }
}

extension ServerSet: ExpressibleByArrayLiteral {
  public init(arrayLiteral elements: Int...) {
    self.init()
    for element in elements { insert(element) }
  }
}
