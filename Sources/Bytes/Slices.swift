/// Up to 16 slices that leave in one write. It holds their chunks for as long.
public struct Slices: ~Copyable {
  public static let limit = 16

  private var slots = FixedBuffer<Slice?>(repeating: nil, count: Slices.limit)
  public private(set) var count = 0
  /// The sum of the slices' octets.
  public private(set) var octets = 0

  public init() {}

  public var isFull: Bool { count == Self.limit }

  /// `false`, and nothing added, where it is full. An empty slice takes no place.
  @discardableResult public mutating func append(_ slice: Slice) -> Bool {
    guard slice.count > 0 else { return true }
    guard count < Self.limit else { return false }
    slots[count] = slice
    count += 1
    octets += slice.count
    return true
  }

  /// Lets go of all.
  public mutating func removeAll() {
    for index in 0..<count { slots[index] = nil }
    (count, octets) = (0, 0)
  }

  public subscript(index: Int) -> Slice? { index >= 0 && index < count ? slots[index] : nil }
}
