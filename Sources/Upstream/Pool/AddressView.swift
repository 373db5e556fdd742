import EventLoop

/// One worker's copy of a server's addresses, refreshed only when they changed.
///
/// A name with several addresses (`localhost` has two) is one server: the first address that lets us in is kept until
/// it does so no more. To balance over the hosts of a name, name each as a server.
public struct AddressView: Sendable {
  private var addresses: [Address] = []
  private var generation: UInt32 = 0
  private var preferred = 0
  /// Addresses in a row that did not let us in.
  private var closed = 0

  public init() {}

  /// How many there were at the last `current`.
  public var count: Int { addresses.count }

  /// Where to connect now; `nil` while the name does not resolve.
  public mutating func current(of server: ServerState) -> Address? {
    let latest = server.addressGeneration
    if latest != generation {
      let kept = preferred < addresses.count ? addresses[preferred] : nil
      addresses = server.addresses
      generation = latest
      preferred = kept.flatMap { addresses.firstIndex(of: $0) } ?? 0
      closed = 0
    }
    if !server.hasFailed { closed = 0 }
    return preferred < addresses.count ? addresses[preferred] : nil
  }

  /// Whether `current` would say what it said last, and change nothing.
  func isCurrent(of server: ServerState) -> Bool {
    server.addressGeneration == generation && (closed == 0 || server.hasFailed)
  }

  /// A connection to that address failed, which `ServerState.failedToConnect` was told: the next one is tried from
  /// now on.
  ///
  /// - Returns: whether that is worth an attempt: not once all of them failed one after the other.
  public mutating func turnAway(from address: Address) -> Bool {
    guard addresses.count > 1 else { return false }
    // Another request was here first.
    guard preferred < addresses.count, addresses[preferred] == address else { return true }
    preferred = (preferred + 1) % addresses.count
    closed += 1
    guard closed >= addresses.count else { return true }
    closed = 0
    return false
  }
}
