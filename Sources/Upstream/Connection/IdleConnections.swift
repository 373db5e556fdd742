import EventLoop

/// The connections of one worker that wait for a next request, by what was agreed on them: the resolved address,
/// never a name. The one used last is used first. They outlive reloads.
final class IdleConnections {
  private var byAddress: [Address: [UpstreamConnection]] = [:]
  private(set) var count = 0

  /// The most that are kept for one address.
  let limitPerAddress: Int

  init(limitPerAddress: Int) { self.limitPerAddress = limitPerAddress }

  /// - Parameter proven: ask the kernel that no end waits to be read: for requests that may not be sent twice.
  func take(_ address: Address, proven: Bool, in loop: EventLoop) -> UpstreamConnection? {
    while let connection = byAddress[address]?.popLast() {
      count -= 1
      if !proven || !connection.hasNews { return connection }
      connection.close(in: loop)
    }
    return nil
  }

  /// `false` where there are enough; the caller closes it.
  func give(_ connection: UpstreamConnection) -> Bool {
    guard byAddress[connection.address, default: []].count < limitPerAddress else { return false }
    byAddress[connection.address, default: []].append(connection)
    count += 1
    return true
  }

  /// Forgets one that ended while it waited.
  func remove(_ connection: UpstreamConnection) {
    guard let index = byAddress[connection.address]?.firstIndex(where: { $0 === connection }) else { return }
    byAddress[connection.address]?.remove(at: index)
    if byAddress[connection.address]?.isEmpty == true { byAddress[connection.address] = nil }
    count -= 1
  }

  /// Closes all, or those to addresses that no pool has any more.
  func close(except kept: Set<Address> = [], in loop: EventLoop) {
    for (address, connections) in byAddress where !kept.contains(address) {
      for connection in connections { connection.close(in: loop) }
      count -= connections.count
      byAddress[address] = nil
    }
  }
}
