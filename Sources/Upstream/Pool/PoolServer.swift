import EventLoop
import TLS
import Time

/// One server as one worker's pool holds it: what is known of it, where it is, and where its connections wait.
///
/// A reference of the worker's own before the one that all workers share: an element of an array is retained while it
/// is looked at, and a count that all workers change is a cache line that all of them wait for.
final class PoolServer {
  /// In its pool.
  let index: Int
  let state: ServerState
  /// `nil` for cleartext.
  let tls: ServerTLS?
  /// This worker's, once it was adopted.
  private var secured: KnownServer?
  /// What this worker has done with it.
  let counters: RequestCounters
  // Moved out for each change and moved back: a move needs no dynamic check of exclusivity.
  private var addresses = AddressView()
  /// For the address in use.
  private var stack: IdleStack?

  init(_ plan: ServerPlan, index: Int, worker: Int) {
    self.index = index
    state = plan.state
    tls = plan.tls
    counters = plan.state.counters(of: worker)
  }

  /// Finds out whom it speaks TLS with. Until then it has no connections, where it does at all.
  ///
  /// - Parameter servers: the worker's; `nil` where it can have no TLS.
  func adopt(_ servers: KnownServers?) throws(TLSError) {
    if let tls, let servers { secured = try servers.server(tls) }
  }

  /// Of connections to it, where it is now.
  func key() -> ConnectionKey? { address().map { ConnectionKey(address: $0, tls: tls) } }

  @inline(never) func eligibility(at now: Instant) -> Eligibility { state.eligibility(at: now) }

  /// Where its connections wait; `nil` while its name does not resolve, and where it would need TLS that is not to be
  /// had.
  func stack(in idle: IdleConnections) -> IdleStack? {
    if let stack, addresses.isCurrent(of: state) { return stack }
    let address = change { $0.current(of: state) }
    // Never in cleartext where TLS was asked for.
    guard tls == nil || secured != nil else { return nil }
    if stack?.address != address { stack = address.map { idle.stack(of: $0, secured) } }
    return stack
  }

  /// Where it is.
  func address() -> Address? { change { $0.current(of: state) } }

  /// A connection to that address failed, which the state was told.
  ///
  /// - Returns: whether there is another one.
  func turnAway(from address: Address) -> Bool {
    // The stack is looked up anew.
    stack = nil
    return change { $0.turnAway(from: address) }
  }

  private func change<Result>(_ body: (inout AddressView) -> Result) -> Result {
    var taken = AddressView()
    swap(&taken, &addresses)
    defer { swap(&taken, &addresses) }
    return body(&taken)
  }
}
