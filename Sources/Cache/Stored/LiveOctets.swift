import Synchronization

/// Octets of all whole responses that are alive: those that are stored, and those that were evicted while somebody
/// still reads them. Without it slow readers could hold any number of evicted bodies beside the store. Any thread.
public final class LiveOctets: Sendable {
  private let octets = Atomic(0)

  public init() {}

  /// At this moment.
  public var count: Int { octets.load(ordering: .relaxed) }

  func add(_ count: Int) { octets.add(count, ordering: .relaxed) }
  func remove(_ count: Int) { octets.subtract(count, ordering: .relaxed) }
}
