import Bytes

/// A whole response in memory. Never changes. Any thread; sent from its chunks without a copy.
public final class StoredResponse: Sendable {
  public let head: StoredHead
  /// The body in order: one slice up to 256 KiB, few beyond.
  public let body: [Slice]
  /// The body's length.
  public let bodyOctets: Int
  /// Octets of memory that it stands for, overhead counted.
  public let cost: Int
  private let live: LiveOctets?

  /// - Parameter live: counts it for as long as anybody holds it.
  public init(head: StoredHead, body: [Slice], countedIn live: LiveOctets? = nil) {
    (self.head, self.body, self.live) = (head, body, live)
    var (octets, held) = (0, 0)
    for slice in body {
      octets += slice.count
      held += slice.chunk.count + Self.chunkOverhead
    }
    bodyOctets = octets
    cost = head.cost + held + Self.overhead
    live?.add(cost)
  }

  deinit { live?.remove(cost) }

  /// A chunk's object, its block's malloc head, its slice in the array.
  static let chunkOverhead = 96
  /// The object and the head of the array.
  private static let overhead = 128
}
